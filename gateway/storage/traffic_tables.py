"""The tables of traffic: which lanes are called, what platforms let out and what they do not, and times of too much."""

from typing import Final

import sqlalchemy as sa

from gateway.storage.columns import Instant, Json, Serial, metadata

# Lanes that have been called and not been left; used where several processes share the work.
lanes = sa.Table(
    "lanes",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("calls", sa.BigInteger, nullable=False),
    sa.Column("holder", sa.Text, nullable=False),
    sa.Column("called_at", Instant, nullable=False),
)

# What has gone out lately: a row for each budget of a platform (an account's posts, a group's messages).
pace = sa.Table(
    "pace",
    metadata,
    sa.Column("bucket", sa.Text, primary_key=True),
    # Moments and how many, for each window's length in seconds.
    sa.Column("cells", Json, nullable=False),
    # The platform said: not before.
    sa.Column("paused_until", Instant),
    sa.Column("used_at", Instant, nullable=False, index=True),
)

# Channels that fail for everybody: the platform cannot be reached, or does not let us in.
outages = sa.Table(
    "outages",
    metadata,
    sa.Column("channel", sa.Text, primary_key=True),
    sa.Column("account", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("since", Instant, nullable=False),
)

# Times in which more came in on a channel than it lets out.
crises = sa.Table(
    "crises",
    metadata,
    sa.Column("id", Serial, primary_key=True),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("opened_at", Instant, nullable=False),
    # Since when nothing has had to wait for long; it is over after a while of that.
    sa.Column("calm_since", Instant),
    sa.Column("closed_at", Instant),
    sa.Column("why", sa.Text, nullable=False),
    # When last looked: messages of ours that wait, and minutes until the last of them would have gone out.
    sa.Column("waiting", sa.Integer, nullable=False),
    sa.Column("minutes", sa.Integer, nullable=False),
)
CRISIS_ONGOING: Final = crises.c.closed_at.is_(None)
sa.Index(
    "uq_crises_ongoing",
    crises.c.channel,
    crises.c.account,
    unique=True,
    sqlite_where=CRISIS_ONGOING,
    postgresql_where=CRISIS_ONGOING,
)
