"""A parser of other people's: what goes either way must be what the models of PyPI `atproto` take."""

from typing import Any

import msgspec
from atproto import models
from atproto_client.models.utils import get_or_create

from unisono.testing.faultproxy.proxy import Seen

_ANSWERS = {
    "app.bsky.notification.listNotifications": models.AppBskyNotificationListNotifications.Response,
    "app.bsky.feed.getPosts": models.AppBskyFeedGetPosts.Response,
    "app.bsky.actor.getProfiles": models.AppBskyActorGetProfiles.Response,
    "app.bsky.actor.getProfile": models.AppBskyActorDefs.ProfileViewDetailed,
    "chat.bsky.convo.getLog": models.ChatBskyConvoGetLog.Response,
    "chat.bsky.convo.listConvos": models.ChatBskyConvoListConvos.Response,
    "chat.bsky.convo.getMessages": models.ChatBskyConvoGetMessages.Response,
    "chat.bsky.convo.getConvo": models.ChatBskyConvoGetConvo.Response,
    "chat.bsky.convo.sendMessage": models.ChatBskyConvoDefs.MessageView,
}
_REQUESTS = {
    "com.atproto.repo.putRecord": models.ComAtprotoRepoPutRecord.Data,
    "com.atproto.repo.deleteRecord": models.ComAtprotoRepoDeleteRecord.Data,
    "chat.bsky.convo.sendMessage": models.ChatBskyConvoSendMessage.Data,
    "com.atproto.server.createSession": models.ComAtprotoServerCreateSession.Data,
}


def holds_answer(nsid: str, answer: dict[str, Any]) -> Any:
    """Return a double's answer as the foreign model; raises where it does not fit."""
    return get_or_create(answer, _ANSWERS[nsid])


def holds_request(seen: Seen) -> Any:
    """Return the body of a request of ours as the foreign model; raises where it does not fit."""
    nsid = seen.path.partition("?")[0].rpartition("/")[2]
    body = msgspec.json.decode(seen.raw.partition(b"\r\n\r\n")[2])
    found = get_or_create(body, _REQUESTS[nsid])
    if nsid == "com.atproto.repo.putRecord":
        assert isinstance(get_or_create(body["record"], models.AppBskyFeedPost.Record), models.AppBskyFeedPost.Record)
    return found
