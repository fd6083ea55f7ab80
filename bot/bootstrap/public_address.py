"""Builds what answers pages at the public address, from the settings. Starts nothing."""

from __future__ import annotations

from bot.config.settings import Settings
from bot.feeds.named_turn import name_finder
from bot.notify.answers.answer_address import answer_addresses
from bot.notify.answers.answer_text import AnswerTexts
from bot.notify.answers.call_answers import CallAnswers
from bot.notify.answers.link_answers import LinkAnswers
from bot.notify.answers.notices.notice_answers import NoticeAnswers
from bot.notify.answers.provider_accounts import ProviderAccounts
from bot.notify.answers.public_answers import PublicAnswers
from bot.notify.answers.telephone_answers import TelephoneAnswers, owners_of
from bot.notify.answers.trial_answers import TrialAnswers
from bot.notify.answers.webhook_answers import WebhookAnswers
from bot.rendering.renderer import Mode, Renderer
from bot.requests.reply import Texts
from bot.requests.request_path import RequestPath
from bot.slack.user_directory import UserDirectory
from commands.core.record_service import RecordService
from commands.core.request import Actor
from roles.person_ids import PersonId, slack_user
from storage.store import Store


def provider_accounts(store: Store) -> ProviderAccounts:
    """Return what finds people by their accounts at providers, in the directory as it is when it is asked."""
    directory = store.directory
    return ProviderAccounts(lambda names: name_finder(directory.all_people(), directory.all_contact_methods())(names))


def public_answers(
    settings: Settings, store: Store, record: RecordService, people: UserDirectory
) -> PublicAnswers | None:
    """Build the endpoints of the public routes; None without a public address."""
    addresses = answer_addresses(settings.public_url, settings.slack_bot_token, people.team)
    if addresses is None:
        return None

    def actor(person: PersonId) -> Actor:
        user = slack_user(person)
        return people.actor(user, record.policy) if user else Actor(id=person)

    renderer = Renderer(Mode.DOCUMENT, names=people.name)
    path = RequestPath(record, Texts(renderer, settings.command))
    answers = CallAnswers(path, people.team, actor)
    texts, trials = AnswerTexts(renderer), TrialAnswers(addresses, store.directory, record.clock)
    telephone = None
    if settings.twilio_token is not None:
        telephone = TelephoneAnswers(
            answers,
            texts,
            addresses,
            settings.twilio_token,
            owners=lambda number: owners_of(store.directory.all_contact_methods(), number),
            trials=trials,
        )
    webhooks = WebhookAnswers(
        answers, settings.pagerduty_webhook_secret, settings.jsm_webhook_secret, provider_accounts(store), trials
    )
    notices = NoticeAnswers(path, addresses, texts, actor)
    return PublicAnswers(addresses, texts, LinkAnswers(answers, texts), webhooks, telephone, trials, notices)
