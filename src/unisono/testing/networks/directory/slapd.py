"""OpenLDAP's slapd as a process: one organisation in a directory of its own, on loopback.

The program is looked for in the environment variable `SLAPD`, on the PATH, and where Debian puts it.
"""

import asyncio
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

import ldap3

from unisono.testing.certificates import certify
from unisono.testing.lab import PeerMissing

BASE: Final = "dc=stadtwerke,dc=test"
ADMIN: Final = f"cn=admin,{BASE}"
READER: Final = f"cn=unisono,{BASE}"
#: Reads as well, but no more than a hundred entries.
LIMITED: Final = f"cn=limited,{BASE}"
_VARIABLE: Final = "SLAPD"
_START_S: Final = 30.0
_CONFIG: Final = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
pidfile {folder}/pid
modulepath /usr/lib/ldap
moduleload back_mdb
TLSCertificateFile {folder}/certificate.pem
TLSCertificateKeyFile {folder}/key.pem
database mdb
maxsize 67108864
suffix "{base}"
rootdn "{admin}"
rootpw {password}
directory {folder}/data
sizelimit size.soft=100 size.hard=100 size.pr=unlimited size.prtotal=100
limits dn.exact="{reader}" size.pr=unlimited size.prtotal=unlimited
access to attrs=userPassword by anonymous auth by * none
access to attrs=homePhone by * none
access to * by dn.exact="{reader}" read by dn.exact="{limited}" read by anonymous auth by * none
"""


def find_slapd() -> Path:
    """Return the program. Raises PeerMissing."""
    found = os.environ.get(_VARIABLE) or shutil.which("slapd") or "/usr/sbin/slapd"
    if not os.access(found, os.X_OK):
        raise PeerMissing(
            "LDAP is played by OpenLDAP's slapd, which is not there. Type `make peers` in a checkout of this project as root, or "
            f"`apt-get install slapd`; or name the program in {_VARIABLE}."
        )
    return Path(found)


class Slapd:
    """The server while it runs. Who may read is `READER` with `password`; nobody may without a name."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.password = secrets.token_urlsafe(12)
        self._admin_password = secrets.token_urlsafe(12)

    @property
    def url(self) -> str:
        """Where it is."""
        return f"ldap://127.0.0.1:{self.port}"

    @property
    def certificate(self) -> Path:
        """The certificate of `localhost`, which whoever is to trust it must be told of."""
        return self._folder / "certificate.pem"

    async def start(self) -> None:
        """Start it, with the organisation and its reading account. Raises PeerMissing."""
        self._program = find_slapd()
        self._directory = tempfile.TemporaryDirectory(prefix="slapd-")
        self._folder = Path(self._directory.name)
        (self._folder / "data").mkdir()
        certify(self._folder, "localhost")
        (self._folder / "slapd.conf").write_text(
            _CONFIG.format(
                folder=self._folder, base=BASE, admin=ADMIN, reader=READER, limited=LIMITED, password=self._admin_password
            ),
            encoding="utf-8",
        )
        await self.run()
        await self.change(lambda it: it.add(BASE, ["dcObject", "organization"], {"o": "Stadtwerke", "dc": "stadtwerke"}))
        for reader in (READER, LIMITED):
            await self.change(partial(_add_reader, reader=reader, password=self.password))
        await self.change(lambda it: it.add(f"ou=people,{BASE}", ["organizationalUnit"], {}))

    async def run(self) -> None:
        """Run what was started and stopped before."""
        with (self._folder / "log").open("wb") as log:
            # Not asyncio's: it is stopped and run again by tests that each have a loop of their own.
            self._process = subprocess.Popen(  # noqa: ASYNC220 - it returns at once; what is waited for comes below
                [self._program, "-f", self._folder / "slapd.conf", "-h", self.url, "-d", "0"], stdout=log, stderr=log,
                stdin=subprocess.DEVNULL,
            )  # fmt: skip
        async with asyncio.timeout(_START_S):
            while True:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", self.port)
                except OSError:
                    if self._process.poll() is not None:
                        raise RuntimeError(f"slapd ended: {(self._folder / 'log').read_text()[-500:]}") from None
                    await asyncio.sleep(0.05)
                else:
                    writer.close()
                    return

    async def change(self, act: Callable[[Any], object]) -> None:
        """Let the directory's own administrator do something."""
        await asyncio.to_thread(self._change, act)

    def _change(self, act: Callable[[Any], object]) -> None:
        server = ldap3.Server("127.0.0.1", port=self.port, get_info=ldap3.NONE)
        with ldap3.Connection(server, user=ADMIN, password=self._admin_password, raise_exceptions=True) as connection:
            act(connection)

    async def add_person(self, uid: str, name: str, **attributes: str | list[str]) -> None:
        """Write somebody into it."""
        await self.change(
            lambda it: it.add(
                person(uid),
                ["inetOrgPerson"],
                {"cn": name, "sn": name.split()[-1], "displayName": name, "uid": uid, **attributes},
            )
        )

    async def clear(self) -> None:
        """Take everybody out of it."""
        await self.change(_clear)

    async def stop(self) -> None:
        """Stop it; what is in it stays until `end`."""
        if self._process.poll() is None:
            self._process.terminate()
            await asyncio.to_thread(self._process.wait)

    async def end(self) -> None:
        """Stop it and take its folder away."""
        await self.stop()
        self._directory.cleanup()


def _add_reader(connection: Any, reader: str, password: str) -> None:
    connection.add(reader, ["applicationProcess", "simpleSecurityObject"], {"userPassword": password})


def _clear(connection: Any) -> None:
    connection.search(f"ou=people,{BASE}", "(objectClass=person)", search_scope=ldap3.LEVEL, paged_size=1_000)
    for found in list(connection.response):
        connection.delete(found["dn"])


def person(uid: str) -> str:
    """Return the name of somebody in the directory."""
    return f"uid={uid},ou=people,{BASE}"
