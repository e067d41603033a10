"""Numbers, codes and references of anything whatever, but for those that are nobody's. For folded, lower-case text.

"the recharge number", "your GPRN code", "which tag no." stand for somebody's data though nobody has listed their nouns;
"the model number", "the error code" and "the bus number" do not.
"""

from typing import Final

THINGS: Final = r"""(?:
      model|version|error|fault|store|shop|branch|outlet|platform|bus|train|tram|gate|channel|product|item|article|style
     |colou?r|size|shade|part|batch|lot|date|route|stop|coach|carriage|build|firmware|software|episode|series|page
     |chapter|level|lane|lamp|light|pump|bay|station|bike|scooter|charger|charging|charge\spoint|machine|till|kiosk
     |entrance|exit|turnstile|aisle|stand|stall|booth|shirt|jersey|lucky|favou?rite|dialling|source|game|map|pole|sku
     |shelf|isbn|patch|server|dress|cheat|fax|hex|washing|care|diagnostic|screen|fleet|asset|tail|aircraft|race|bib
     |squad|pattern|catalogue|foundation|stock|design|drawing|song|track|phase|rule|section|question|safety|morse|recall
     |pixel|opening|magic)"""
"""What has numbers that tell nothing about whom they are asked of. A part of a pattern."""
_OFFERS: Final = r"""(?:
      promo(?:tion(?:al)?)?|discount|voucher|coupon|offer|sale|deal|invite|referral|newsletter|qr|short|toll|helpline|support|friend's|store's|emergency|country|area|highway)"""
_HOW_MANY: Final = r"""(?:
      winning|total|large|small|certain|record|good|high|low|limited|growing|huge|great|larger|greater|max\w*|min\w*|average|exact|sheer|fair|odd|even|round|whole)"""
_OTHER: Final = r"""(?:our|any|new|wrong|right|same|other|next|first|second|third|last|one|back|of|is|in|on|to|for|from
     |with|and|or|at|by|that|we|you|as|number|code|id|was|are|has|have|if|will|can|it|not|be|free|different|special
     |unique|post)"""
NUMBERED: Final = rf"""
  (?:(?<=the\s)|(?<=your\s)|(?<=\sur\s)|(?<=\syr\s)|(?<=\ba\s)|(?<=\ban\s)|(?<=\bits\s)|(?<=which\s)|(?<=what\s)
     |(?<=their\s))
     (?:(?!(?:{THINGS}|{_OFFERS}|{_HOW_MANY}|{_OTHER})\b)[\w'/&-]+\s){{1,3}}?
     (?:numbers?|no|nr|\#|ids?|code|ref(?:erence)?|key|locator)(?![\w'])
     (?!\s(?:of|is|was|are|will|works|in|on)\s(?:the\s)?(?!your|order|booking|bill|card|account|letter|receipt|ticket))
"""
"""A part of a pattern that is written over several lines."""
