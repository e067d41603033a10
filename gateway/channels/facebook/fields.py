"""The fields of a Page's webhooks that hold nothing for us, by the reason that is written down for each.

Names of facebook_business 26.0.3 (`Page.SubscribedFields`) and of the Graph API's page "Webhooks, Page". Whoever
subscribes to more than `aside channels connect` does finds them ignored by name.
"""

from typing import Final

MESSENGER: Final = frozenset(
    {
        "messages", "message_echoes", "message_edits", "message_reactions", "message_reads",
        "message_deliveries", "messaging_account_linking", "messaging_customer_information",
        "messaging_feedback", "messaging_game_plays", "messaging_handovers", "messaging_optins",
        "messaging_optouts", "messaging_policy_enforcement", "messaging_postbacks", "messaging_referrals",
        "response_feedback",
    }
)  # fmt: skip
"""Fields whose events come in `messaging`, but as a change where somebody presses Test in the App Dashboard."""

_REASONS: Final = {
    "ratings": "rating",
    "product_review": "rating",
    "merchant_review": "rating",
    "group_feed": "group",
    "leadgen": "lead",
    "leadgen_fat": "lead",
    "leadgen_update": "lead",
    "in_thread_lead_form_submit": "lead",
    "messaging_in_thread_lead_form_submit": "lead",
    "live_videos": "live_video",
    "videos": "video",
    "video_text_question_responses": "video",
    "conversations": "conversations",
    "inbox_labels": "inbox_label",
    "connected": "permissions",
    "feature_access_list": "permissions",
    "business_integrity": "policy",
    "invalid_topic_placeholder": "page_setting",
    "calls": "call",
    "call_permission_reply": "call",
    "call_settings_update": "call",
    "standby": "other_app_owns_thread",
}

_PAGE_SETTINGS: Final = frozenset(
    {
        "about", "affiliation", "attire", "awards", "bio", "birthday", "category", "checkins",
        "company_overview", "culinary_team", "current_location", "description", "email", "founded",
        "general_info", "general_manager", "genre", "hometown", "hours", "influences", "location", "members",
        "mission", "name", "page_about_story", "page_change_proposal", "page_upcoming_change", "parking",
        "payment_options", "personal_info", "personal_interests", "phone", "picture", "price_range", "products",
        "public_transit", "website",
    }
)  # fmt: skip
"""What tells that the Page's description has changed."""

_OTHERS: Final = frozenset(
    {
        "invoice_access_bank_slip_events", "invoice_access_invoice_change",
        "invoice_access_invoice_draft_change", "invoice_access_onboarding_status_active", "local_delivery",
        "mcom_invoice_change", "message_context", "message_mention", "message_template_status_update",
        "messaging_appointments", "messaging_checkout_updates", "messaging_direct_sends",
        "messaging_fblogin_account_linking", "messaging_integrity", "messaging_payments",
        "messaging_phone_number", "messaging_pre_checkouts", "otp_verification", "payment_request_update",
        "publisher_subscriptions", "registration", "send_cart", "share_message", "story_poll_vote",
        "story_reactions", "story_share", "user_action", "group_message",
    }
)  # fmt: skip


def reason(field: object) -> str:
    """Why a change of this field is ignored, in one snake_case word."""
    if not isinstance(field, str):
        return "unknown_change"
    if field in _PAGE_SETTINGS:
        return "page_setting"
    if field in _OTHERS or field in MESSENGER:
        return "other_field"
    return _REASONS.get(field, "unknown_change")
