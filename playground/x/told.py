"""The kinds of events that X can tell of (docs.x.com/x-api/activity/introduction, read 2026-11-22)."""

WANTED = (
    "post.mention.create",
    "post.reply.create",
    "post.quote.create",
    "post.delete",
    "dm.received",
    "dm.sent",
    "dm.read",
    "chat.received",
    "block.block",
    "block.unblock",
    "like.create",
    "oauth.revoke",
)
"""What a new town's brand has subscribed to."""

KNOWN = frozenset(
    {
        *WANTED,
        "post.create",
        "post.repost.create",
        "follow.follow",
        "follow.unfollow",
        "mute.mute",
        "mute.unmute",
        "dm.indicate_typing",
        "chat.sent",
        "chat.conversation_join",
        "profile.update.bio",
        "spaces.start",
        "spaces.end",
        "news.new",
    }
)
