"""The noise of Muster in the demo's incident channel, as `muster bench` counts it."""

from __future__ import annotations

from bot.simulation.demo.channel_noise import measure_noise


def test_the_demo_is_at_most_twenty_messages_and_nine_in_ten_mentions_ask_for_something() -> None:
    noise = measure_noise()

    assert 10 <= noise["messages"] <= 20, noise
    assert 1 <= noise["mentions"] <= 15, noise
    assert noise["asking"] >= 0.9 * noise["mentions"], noise
