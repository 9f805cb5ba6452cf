"""Read an organisation's directory by LDAP (RFC 4511), page by page (RFC 2696).

What people are called follows inetOrgPerson (RFC 2798) and Active Directory. Needs the extra `unisono[ldap]`.
"""

import asyncio
import contextlib
import ssl
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from unisono.domain.errors import Invalid, Unavailable
from unisono.service.ports.directory import DirectoryPlace, Entry, PhoneNumber

CONNECT_S: Final = 10
ANSWER_S: Final = 60
PAGE: Final = 500
_PAGES: Final = "1.2.840.113556.1.4.319"
_SIZE_LIMIT: Final = 4
_IDS: Final = ("entryUUID", "objectGUID")
#: Home numbers are their owners' own business and are not asked for.
_PHONES: Final = (("work", "telephoneNumber"), ("mobile", "mobile"), ("work", "ipPhone"))
_ATTRIBUTES: Final = (
    "displayName", "cn", "givenName", "sn", "mail", "title", "department", "departmentNumber", "ou", "l",
    "physicalDeliveryOfficeName", *(name for _, name in _PHONES),
)  # fmt: skip


class LdapReader:
    """Implements `service.ports.directory.DirectoryReader`. In a thread: the library waits for its socket."""

    async def read(self, place: DirectoryPlace, password: str, most: int) -> list[Entry]:
        """Return everybody whom the place's filter finds below its base."""
        return await asyncio.to_thread(_read, place, password, most)


def _read(place: DirectoryPlace, password: str, most: int) -> list[Entry]:
    try:
        import ldap3
        from ldap3.core import exceptions as wrong
    except ModuleNotFoundError as error:
        raise Unavailable(
            "Directories are read by a part that is not installed: `unisono[ldap]`.", code="directory_no_library"
        ) from error
    parts = urlsplit(place.url)
    secure = parts.scheme == "ldaps"
    tls = ldap3.Tls(validate=ssl.CERT_REQUIRED, version=ssl.PROTOCOL_TLS_CLIENT)
    server = ldap3.Server(
        parts.hostname or "", port=parts.port or (636 if secure else 389), use_ssl=secure, tls=tls, get_info=ldap3.NONE,
        connect_timeout=CONNECT_S,
    )  # fmt: skip
    connection = ldap3.Connection(
        server, user=place.bind_dn or None, password=password or None, client_strategy=ldap3.SYNC, read_only=True,
        receive_timeout=ANSWER_S, auto_referrals=False, raise_exceptions=True,
    )  # fmt: skip
    try:
        connection.open(read_server_info=False)
        if place.start_tls and not secure:
            _start_tls(connection, place)
        connection.bind(read_server_info=False)
        return list(_entries(connection, ldap3.SUBTREE, place, most))
    except (wrong.LDAPStartTLSError, wrong.LDAPSSLConfigurationError, wrong.LDAPCertificateError) as error:
        raise _insecure(place) from error
    except wrong.LDAPSocketOpenError as error:
        raise (
            _insecure(place) if "ssl" in str(error).casefold() or "certificate" in str(error).casefold() else _silent(place)
        ) from error
    except wrong.LDAPInvalidFilterError as error:
        raise Invalid(
            "This is no filter that the directory understands; see RFC 4515.", code="directory_bad_filter", field="filter"
        ) from error
    except (wrong.LDAPInvalidDnError, wrong.LDAPNoSuchObjectResult, wrong.LDAPInvalidDNSyntaxResult) as error:
        raise Invalid("The directory knows no such base.", code="directory_bad_base", field="base") from error
    except (wrong.LDAPBindError, wrong.LDAPInvalidCredentialsResult, wrong.LDAPInappropriateAuthenticationResult) as error:
        raise Invalid("The directory does not take this name and password.", code="directory_refused", field="bind_dn") from error
    except (
        wrong.LDAPInsufficientAccessRightsResult,
        wrong.LDAPStrongerAuthRequiredResult,
        wrong.LDAPConfidentialityRequiredResult,
    ) as error:
        raise Invalid(
            "The directory does not show its people to this account over this connection.",
            code="directory_refused",
            field="bind_dn",
        ) from error
    except wrong.LDAPExceptionError as error:
        raise _silent(place) from error
    except wrong.LDAPOperationResult as error:
        raise Unavailable(
            f"The directory answered {error.description!r}; nothing was changed.", code="directory_unreachable"
        ) from error
    finally:
        # A connection that failed cannot say good-bye.
        with contextlib.suppress(wrong.LDAPExceptionError):
            connection.unbind()


def _start_tls(connection: Any, place: DirectoryPlace) -> None:
    from ldap3.core import exceptions as wrong

    try:
        connection.start_tls(read_server_info=False)
    except (wrong.LDAPOperationResult, wrong.LDAPStartTLSError) as error:
        raise _insecure(place) from error


def _insecure(place: DirectoryPlace) -> Unavailable:
    return Unavailable(
        f"No safe connection with {place.url}: it offers no TLS, or a certificate that this machine does not trust for that "
        "name. No password was sent. Name the server as its certificate does, and add your own authority to the machine's "
        "trusted ones.",
        code="directory_insecure",
    )  # fmt: skip


def _silent(place: DirectoryPlace) -> Unavailable:
    return Unavailable(f"{place.url} does not answer; everybody stays who was known.", code="directory_unreachable")


def _entries(connection: Any, whole_tree: Any, place: DirectoryPlace, most: int) -> Iterator[Entry]:
    """Yield people; without a stable id, somebody is known by their place in the tree."""
    found = 0
    cookie: Any = None
    while True:
        # Which of the two ids there is depends on the maker; what a server does not know it leaves out.
        connection.search(
            place.base,
            place.filter,
            search_scope=whole_tree,
            attributes=[*_ATTRIBUTES, *_IDS],
            paged_size=PAGE,
            paged_cookie=cookie,
        )
        if connection.result["result"] == _SIZE_LIMIT:
            raise Invalid(
                "The directory shows this account only a part of its people. Nobody was changed; raise its size limit for paged "
                "searches, or narrow the base or the filter.", code="directory_limited", field="bind_dn",
            )  # fmt: skip
        for answer in connection.response:
            # Referrals to other servers are no people.
            if answer["type"] != "searchResEntry":
                continue
            found += 1
            if found > most:
                raise Invalid(
                    f"More than {most} people; narrow the base or the filter.", code="directory_too_large", field="filter"
                )
            yield _entry(answer["dn"], answer["raw_attributes"])
        controls = connection.result.get("controls") or {}
        cookie = controls.get(_PAGES, {}).get("value", {}).get("cookie")
        if not cookie:
            return


def _entry(dn: str, raw: Mapping[str, list[bytes]]) -> Entry:
    values = {name.casefold(): [one.decode("utf-8", "replace").strip() for one in many] for name, many in raw.items()}

    def first(*names: str) -> str:
        return next((value for name in names for value in values.get(name.casefold(), ()) if value), "")

    remote_id = next((raw[name][0].hex() for name in _IDS if raw.get(name)), "") or dn.casefold()
    name = first("displayName") or " ".join(part for part in (first("givenName"), first("sn")) if part) or first("cn")
    shown: dict[str, str] = {}
    for kind, attribute in _PHONES:
        for number in values.get(attribute.casefold(), ()):
            if number:
                shown.setdefault(number, kind)
    return Entry(
        remote_id=remote_id, name=name, email=first("mail"), title=first("title"),
        department=first("department", "departmentNumber", "ou"), place=first("physicalDeliveryOfficeName", "l"),
        phones=tuple(PhoneNumber(kind=kind, shown=number) for number, kind in shown.items()),
    )  # fmt: skip
