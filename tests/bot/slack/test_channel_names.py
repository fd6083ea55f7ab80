"""Names of incident channels, from any title."""

from __future__ import annotations

import re

import pytest

from bot.slack.channel_names import channel_name, is_take_of, slug_of
from tests.support.handmade_incidents import an_incident

ALLOWED = re.compile(r"[a-z0-9_-]{1,80}")


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Checkout errors", "inc-2026-0042-checkout-errors"),
        ("  Zahlung für Müller schlägt fehl!! ", "inc-2026-0042-zahlung-fur-muller-schlagt-fehl"),
        ("🔥🔥🔥", "inc-2026-0042"),
        ("Płatności: błąd 500", "inc-2026-0042-platnosci-blad-500"),
        ("Straße gesperrt", "inc-2026-0042-strasse-gesperrt"),
        ("Søk er nede", "inc-2026-0042-sok-er-nede"),
        ("Đăng nhập lỗi", "inc-2026-0042-dang-nhap-loi"),
        ("Ærø e\u0301teint", "inc-2026-0042-aero-eteint"),
        ("Оплата не работает", "inc-2026-0042-oplata-ne-rabotaet"),
        ("تعطل الدفع", "inc-2026-0042-ttl-ldf"),
        ("支付失败", "inc-2026-0042-zhifushibai"),
        ("カード決済", "inc-2026-0042-kadojueji"),
        ("card\u200bpay 🔥 fails", "inc-2026-0042-cardpay-fails"),
        ("", "inc-2026-0042"),
        ("-- __ --", "inc-2026-0042"),
        ("<!channel> <@U123> R&amp;D", "inc-2026-0042-channel-r-d"),
        ("\ud800 broken", "inc-2026-0042-broken"),
    ],
)
def test_any_title_gives_a_valid_channel_name(title, name):
    assert channel_name(an_incident(title=title)) == name


@pytest.mark.parametrize("title", ["a" * 500, "word " * 100, "🔥" * 500, "x-" * 300])
@pytest.mark.parametrize("take", [1, 2, 19])
def test_every_name_is_valid_for_slack(title, take):
    assert ALLOWED.fullmatch(channel_name(an_incident(title=title), take))


def test_a_long_title_is_cut_between_words():
    assert slug_of("the payment provider refuses every card from abroad") == "the-payment-provider-refuses-every-card"


def test_names_of_different_attempts_differ_and_are_recognised():
    base = channel_name(an_incident())

    names = [channel_name(an_incident(), take) for take in range(1, 20)]

    assert len(set(names)) == 19
    assert all(is_take_of(name, base) for name in names)
    assert not is_take_of(base + "-and-more", base)


def test_a_drill_is_named_in_its_channel_and_a_restricted_incident_shows_no_title():
    assert channel_name(an_incident(drill=True)).startswith("drill-inc-2026-0042")
    assert channel_name(an_incident(restricted=True)) == "inc-2026-0042"
