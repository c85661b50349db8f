"""`quire window`: memory as a whole, and whether its sums agree."""
from .counts import STATES, Counts, blocks, fresh_frames
from .declared import declared
from .memory import PAGE
from .show import account_name, columns, limit_text, plural

SHOWN = 8  # frames that are named


def size_text(frames):
    return "%d KiB" % (frames * PAGE // 1024) if frames < 1024 else "%d MiB" % (frames * PAGE // 2 ** 20)


def show_regions(machine):
    table = machine.main.regions
    rows = []
    for region in table.regions[:table.count]:
        frames = (region.end - region.base) // PAGE
        rows.append(["0x%x" % region.base, str(frames), size_text(frames), declared.region.name(region.type)])
    columns([["memory", "frames", "size", "what it is"]] + rows)


def show_kinds(machine, counts):
    rows = [["kind"] + STATES + ["in all"]]
    kinds, ledger = counts.by_kind(), counts.by_ledger()
    for kind in sorted({kind for kind, _ in kinds}):
        numbers = [kinds[kind, state] for state in STATES]
        rows.append([declared.kind.name(kind)] + [str(number or "") for number in numbers] + [str(sum(numbers))])
    columns(rows)
    names = machine.shapes.ledger_states
    states = [(state, count) for state, count in ledger.items() if state is not None]
    print("ledger    " + ", ".join("%s %d" % (names.name(state), count) for state, count in sorted(states))
          + ", not asked for yet %d" % ledger[None])


def show_free(machine, keep, wrong):
    """Free blocks and caches. Returns how many frames are free."""
    buddy, server, free = keep.buddy, machine.server, 0
    for zone in range(declared.ZONES):
        found, frames = [], 0
        for order in range(declared.BUDDY_ORDERS):
            count, complaint = blocks(server, buddy, zone, order)
            if complaint:
                wrong.append(complaint)
            if count:
                found.append("%d:%d" % (order, count))
            frames += count << order
        fresh = fresh_frames(machine, buddy, zone)
        name = "low" if zone == declared.ZONE_LOW else "high"
        print("free      %s zone: blocks by order %s; %d frames never asked for" % (name, " ".join(found) or "-", fresh))
        if frames + fresh != buddy.free_frames[zone]:
            wrong.append("The %s zone counts %d free frames; its blocks have %d, and %d were never asked for." % (
                name, buddy.free_frames[zone], frames, fresh))
        free += buddy.free_frames[zone]
    for worker, cache in enumerate(keep.caches[:min(keep.workers, len(keep.caches))]):
        print("cache     worker %d: %s of %d" % (worker, plural(cache.count, "frame"), declared.CACHE_FRAMES))
        free += cache.count
        for frame in cache.frames[:min(cache.count, declared.CACHE_FRAMES)]:
            if frame >= machine.ledger.frames or machine.server.slot(frame).flags != declared.FLAG_CACHED + worker:
                wrong.append("The cache of worker %d has the frame 0x%x, whose slot does not say so." % (worker, frame * PAGE))
    return free


def show_accounts(keep, counts, wrong):
    rows = [["account", "frames", "limit", "handle tables", "limit"]]
    for place, account in enumerate(keep.accounts):
        charged = counts.payers[place] if place != declared.ACCOUNT_NOBODY else account.used
        if charged != account.used:
            wrong.append("Account %s counts %d frames, the slots of %d say that it pays." % (
                account_name(place), account.used, charged))
        is_open = account.state % 256 or account.state & declared.ACCOUNT_CLOSED
        if place != declared.ACCOUNT_NOBODY and (is_open or account.used):
            number = place if place == declared.ACCOUNT_SYSTEM else account.state % 2 ** 32 // 256 * 256 + place
            rows.append([account_name(number), str(account.used), limit_text(account.limit), str(account.tables.used),
                         limit_text(account.tables.limit) + (" (closed)" if account.state & declared.ACCOUNT_CLOSED else "")])
    columns(rows)
    return sum(account.used for account in keep.accounts)


def show(machine):
    keep, wrong = machine.server.keep(), []
    counts = Counts(machine)
    show_regions(machine)
    print("window    %d of %d pages are backed, by way of %s" % (
        len(counts.pages), counts.pages_possible, plural(counts.tables, "table")))
    show_kinds(machine, counts)
    free = show_free(machine, keep, wrong)
    used = show_accounts(keep, counts, wrong) - counts.devices
    system = keep.accounts[declared.ACCOUNT_SYSTEM].used
    print("sums      %d usable frames = %d free + %d in use; %d set aside%s" % (
        keep.memory_frames - system, free, used - system, system,
        "; %d of devices in use" % counts.devices if counts.devices else ""))
    if keep.memory_frames != free + used:
        wrong.append("Memory has %d frames, but %d are free and %d in use or set aside." % (
            keep.memory_frames, free, used))
    if counts.wrong:
        wrong.append("%s: slot and ledger disagree: %s" % (
            plural(len(counts.wrong), "frame"),
            " ".join("0x%x" % (frame * PAGE) for frame in counts.wrong[:SHOWN]) + (" ..." if counts.wrong[SHOWN:] else "")))
    show_verdict(machine, keep, counts, wrong)


def show_verdict(machine, keep, counts, wrong):
    changing = False
    for worker, log in enumerate(keep.logs[:min(keep.workers, len(keep.logs))]):
        if log.length:
            changing = True
            print("now       worker %d is in the midst of a transaction: %d words changed so far" % (worker, log.length))
    if machine.under_way:
        print("now       %s in the midst of a request, %d of them with slot and ledger apart" % (
            plural(len(machine.under_way), "frame"), len(counts.for_now)))
    for sentence in wrong:
        print(("for now: " if changing else "DISAGREE: ") + sentence)
    if not wrong:
        print("All sums agree.")
