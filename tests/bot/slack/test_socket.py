"""The socket dies, goes deaf or is refreshed, and people notice nothing but a moment's wait."""

import time

from incident.entries.said import MessagePosted, Noted


def texts(place, incident, kind):
    return [entry.fact.text for entry in place.entries(incident.key, kind.kind)]


def test_a_socket_that_is_cut_is_replaced_and_we_know_that_something_may_be_missing(place, channel, incident):
    greeted = len(place.greetings)
    place.sandbox.faults.drop_sockets()
    place.until(lambda: place.sandbox.sockets.count() == 0)

    assert place.sandbox.wait_for_socket(10)
    place.acting.slash("ann", channel, "/incident", "note heard again")

    assert texts(place, incident, Noted) == ["heard again"]
    assert len(place.greetings) > greeted > 0


def test_a_deaf_socket_is_noticed_and_replaced_within_seconds(place, channel, incident):
    place.sandbox.faults.deafen_sockets()
    began = time.monotonic()

    place.until(lambda: place.acting.slash("ann", channel, "/incident", "note heard again").acked, timeout=20)

    assert time.monotonic() - began < 12
    assert texts(place, incident, Noted)[-1] == "heard again"


def test_a_refreshed_socket_loses_nothing(place, channel, incident):
    place.sandbox.faults.refresh_sockets()
    for number in range(10):
        place.acting.post("ann", channel, f"line {number}")

    assert place.sandbox.settle()
    assert sorted(texts(place, incident, MessagePosted)) == [f"line {number}" for number in range(10)]
