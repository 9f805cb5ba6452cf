"""Faults in commands by message: whose they are, how often they count, and what is left of them."""

from tests.mutants.mutant import Mutant

_TESTS = "tests/service/test_by_message.py"

BY_MESSAGE_MUTANTS = [
    Mutant(
        law=3,
        name="who writes is known by their handle",
        file="service/by_message/heed.py",
        old="    return channel.network, author.realm, author.remote_id\n",
        new="    return channel.network, author.realm, author.handle.removeprefix('@')\n",
        tests=f"{_TESTS}::test_nobody_but_the_linked_account_commands_whatever_they_are_called",
    ),
    Mutant(
        law=1,
        name="the same message commands twice",
        file="service/by_message/heed.py",
        old="    if not await tx.accounts.claim(account.id, event.remote_id):\n",
        new="    if not await tx.accounts.claim(account.id, str(new_id())):\n",
        tests=f"{_TESTS}::test_the_same_message_is_carried_out_once_by_whatever_way_it_comes",
    ),
    Mutant(
        law=7,
        name="what a command said stays in the inbox",
        file="service/by_message/heed.py",
        old="    await tx.inbox.drop_bodies([item_id])\n",
        new="",
        tests=f"{_TESTS}::test_a_command_is_carried_out_answered_and_leaves_nothing_behind",
    ),
    Mutant(
        law=7,
        name="a code that stood in public still links",
        file="service/by_message/heed.py",
        old="            if not message.private:\n",
        new="            if False:\n",
        tests=f"{_TESTS}::test_a_code_is_good_once_for_a_while_and_never_from_where_everybody_reads_it",
    ),
]
