"""A task is called to what waits: from any thread, once for many calls, and never in vain."""

from __future__ import annotations

import asyncio

from bot.bell import Bell


def is_idle(bell: Bell) -> bool:
    """As it is now; a type checker believes that what was asserted stays."""
    return bell.is_idle


async def test_called_twice_before_it_listens_it_looks_once() -> None:
    bell = Bell()
    assert is_idle(bell)
    bell.ring()
    bell.ring()
    assert not is_idle(bell)

    await bell.wait()
    again = asyncio.create_task(bell.wait())
    await asyncio.sleep(0)

    assert not again.done()
    assert is_idle(bell)
    again.cancel()


async def test_called_from_another_thread_while_it_listens() -> None:
    bell = Bell()
    listening = asyncio.create_task(bell.wait())
    await asyncio.sleep(0)
    assert is_idle(bell)

    await asyncio.to_thread(bell.ring)
    assert not is_idle(bell)

    async with asyncio.timeout(60):
        await listening
    assert not is_idle(bell)


async def test_called_while_at_work_it_looks_again() -> None:
    bell = Bell()
    bell.ring()
    await bell.wait()

    # when it is called in the midst of its work
    bell.ring()

    # then it is not done yet, and does not wait
    assert not is_idle(bell)
    async with asyncio.timeout(60):
        await bell.wait()


async def test_not_called_at_all_it_looks_of_itself() -> None:
    bell = Bell()

    async with asyncio.timeout(60):
        await bell.wait(at_most_s=0.001)

    assert not is_idle(bell)
