"""A brand of our own invention, and what it knows to be its own."""

import pytest
from hypothesis import settings

from gateway.privacy.detect import BrandFormats, Detector
from gateway.privacy.wall import Wall

# Times are measured where they matter; a busy machine must not fail the rest.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


@pytest.fixture(scope="package")
def brand() -> BrandFormats:
    return BrandFormats(
        order_patterns=(r"\bWR[0-9]{6}\b",),
        own_phones=("+44 20 7946 0958",),
        own_emails=("wren.shop@gmail.example",),
        own_domains=("wren.example",),
        own_addresses=("12 Wren Street, London",),
    )


@pytest.fixture(scope="package")
def detector(brand: BrandFormats) -> Detector:
    return Detector(brand)


@pytest.fixture(scope="package")
def wall(detector: Detector) -> Wall:
    return Wall(detector)
