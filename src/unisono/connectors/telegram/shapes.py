"""Updates as the Bot API gives them; only what is used is named. Source: core.telegram.org/bots/api, "Available types"."""

from msgspec import Struct, field


class User(Struct, frozen=True):
    """A person or a bot."""

    id: int
    is_bot: bool = False
    first_name: str = ""
    last_name: str = ""
    username: str = ""
    language_code: str = ""


class Chat(Struct, frozen=True):
    """Where something is said. `type`: private, group, supergroup or channel."""

    id: int
    type: str
    title: str = ""
    username: str = ""


class Entity(Struct, frozen=True):
    """A special part of a text; offsets in UTF-16 code units."""

    type: str
    offset: int
    length: int
    user: User | None = None


class File(Struct, frozen=True):
    """A file that came along."""

    file_id: str
    file_unique_id: str = ""
    file_name: str = ""
    mime_type: str = ""
    file_size: int | None = None
    emoji: str = ""
    is_animated: bool = False
    is_video: bool = False


class Contact(Struct, frozen=True):
    """A person whose number somebody sent."""

    phone_number: str
    first_name: str = ""
    last_name: str = ""


class Location(Struct, frozen=True):
    """A place."""

    latitude: float
    longitude: float


class Answered(Struct, frozen=True):
    """The message that is answered, as far as it matters."""

    message_id: int
    sender: User | None = field(default=None, name="from")


class Message(Struct, frozen=True):
    """Something said. `date`, `edit_date`: seconds since 1970."""

    message_id: int
    date: int
    chat: Chat
    sender: User | None = field(default=None, name="from")
    edit_date: int | None = None
    text: str = ""
    caption: str = ""
    entities: list[Entity] = []
    caption_entities: list[Entity] = []
    reply_to_message: Answered | None = None
    photo: list[File] = []
    document: File | None = None
    video: File | None = None
    animation: File | None = None
    audio: File | None = None
    voice: File | None = None
    video_note: File | None = None
    sticker: File | None = None
    contact: Contact | None = None
    location: Location | None = None


class Update(Struct, frozen=True):
    """One piece of news. Kinds that are not named here were not asked for."""

    update_id: int
    message: Message | None = None
    edited_message: Message | None = None


class Numbered(Struct, frozen=True):
    """An update of whatever shape."""

    update_id: int


class FilePlace(Struct, frozen=True):
    """Where a file can be fetched for an hour."""

    file_path: str = ""


class WebhookInfo(Struct, frozen=True):
    """Whether Telegram calls somebody, and how that went."""

    url: str = ""
    pending_update_count: int = 0
    last_error_message: str = ""
