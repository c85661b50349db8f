"""Checks the commands of tests/debug/quire against a machine that runs the demo: for
`make debug SUITE=demo GDB_FLAGS='-batch -x tests/debug/check.py'`. It stops before the kernel, in the kernel, in the frame
server in the midst of a request, and in a client; there it spoils structures one by one, and each has to be noticed."""
import re
import time

import gdb

from quire import commands
from quire.declared import declared

LINE_CALLERS = 48  # in struct endpoint_line
SECONDS = 5  # that no command may take
results = {True: 0, False: 0}


def check(good, text, output=""):
    results[bool(good)] += 1
    print("%sok - %s" % ("" if good else "not ", text))
    if not good:
        print("\n".join("#   " + line for line in output.splitlines()))


def tell(command):
    """What a command prints, or the sentence that it ends with. No traceback of Python, and not too long."""
    start = time.monotonic()
    try:
        output = gdb.execute("quire " + command, to_string=True)
    except gdb.error as error:
        output = str(error)
    if "Python" in output or "Error occurred" in output or time.monotonic() - start > SECONDS:
        check(False, "quire %s has a defect, or takes %.1f s" % (command, time.monotonic() - start), output)
    return output


def shows(command, *patterns):
    output = tell(command)
    for pattern in patterns:
        check(re.search(pattern, output, re.M), "quire %s shows %s" % (command, pattern), output)
    return output


def run_to(place):
    """Goes on to a place; what its breakpoint prints is of no interest."""
    breakpoint = gdb.Breakpoint(place, type=gdb.BP_HARDWARE_BREAKPOINT)
    gdb.execute("continue", to_string=True)
    breakpoint.delete()


def run(command):
    gdb.execute(command, to_string=True)


def names():
    return set(re.findall(r"^[* ]  (\w+) ", tell("tasks"), re.M)) - {"task"}


def everything(where):
    """Each command, with each task and many frames: nothing may disagree."""
    kinds = {}
    output = tell("ipc")
    for task in sorted(names()):
        handles = tell("handles " + task)
        for kind, frame in re.findall(r"([a-z-]+) +[a-z-]+ +(0x[0-9a-f]+) +(?:held|installed|leaving) ", handles):
            kinds.setdefault(kind, []).append(frame)
        output += handles
    frames = {frame for some in kinds.values() for frame in (some[0], some[len(some) // 2], some[-1])}
    output += tell("window") + "".join(tell("frame " + frame) for frame in sorted(frames))
    check("DISAGREE" not in output and len(frames) > 3, "%s: all of %d frames agree" % (where, len(frames)),
          "\n".join(line for line in output.splitlines() if "DISAGREE" in line))


class Spoilt:
    """Spoils a word of memory for as long as a `with` lasts."""

    def __init__(self, address, value):
        self.address = address
        self.value = value
        self.inferior = gdb.selected_inferior()

    def __enter__(self):
        self.before = bytes(self.inferior.read_memory(self.address, 8))
        self.inferior.write_memory(self.address, (self.value % 2 ** 64).to_bytes(8, "little"))

    def __exit__(self, *_):
        self.inferior.write_memory(self.address, self.before)


def spoil(address, value, command, *patterns):
    with Spoilt(address, value):
        shows(command, *patterns)


def word(address):
    return int.from_bytes(bytes(gdb.selected_inferior().read_memory(address, 8)), "little")


def check_before_boot():
    for command in ["tasks", "handles init", "frame 0x1000", "window", "ipc"]:
        shows(command, r"^The kernel is not up yet")
    shows("nonsense", r"^There is no quire nonsense|Undefined")
    run_to("modules_start")
    for command in ["tasks", "handles init", "frame 0x1000", "window", "ipc"]:
        tell(command)
    shows("window", r"There is no frame server")


def check_kernel():
    run_to("call_deliver")
    everything("in the kernel, at a call")
    shows("tasks", r"^\*  init +running +30 ", r"^   frameserv +(receiving|running) +31 +0 +- ")


def check_client(address):
    """Task B of the demo holds a share of A's frame, and has mapped it; A awaits B's reply."""
    frame = "0x%x" % address
    shows("tasks", r"^\*  demo_b +running +8 +0 +\d+ +\d+ +0x[0-9a-f]+ +\(serves demo_a\)$",
          r"^   demo_a +awaiting .* reply of demo_b$", r"^   console +receiving .* call at console \(0x[0-9a-f]+\)$")
    shows("frame " + frame, r"^slot +count 2, untyped, account \d+, no list", r"^ledger +held, by 2 handles$",
          r"^  demo_a  0x[0-9a-f]+  untyped  rwxmcvo  held  mapped at 0x[0-9a-f]+ rw$",
          r"^  demo_b  0x[0-9a-f]+  untyped  rmv      held  mapped at 0x[0-9a-f]+ r$", r"^All of it agrees\.$")
    shows("frame %s + 17" % frame, r"^frame %s, " % frame)
    shows("handles demo_b", r"^0x[0-9a-f]+ +untyped +rmv +%s +held +1 +mapped at 0x[0-9a-f]+ r$" % frame,
          r"^0x100000001 +endpoint +cvs +0x[0-9a-f]+ +held +\d+ +frameserv, badge account \d+$", r"^root +page-table ",
          r"^\d+ handles of \d+$")
    shows("ipc", r"^frameserv \(0x[0-9a-f]+\) +0 +frameserv ", r"^story \(0x[0-9a-f]+\) +- +- +2 +0x0 +-$",
          r"^  demo_a  -> demo_b  label 0x1  move$", r"^worker 0: frameserv serves nobody$")
    shows("window", r"^untyped .* \d+$", r"^sums +\d+ usable frames = \d+ free \+ \d+ in use", r"^All sums agree\.$")
    shows("handles nobody", r"^There is no task nobody; there are console, demo_a, demo_b, frameserv, init\.$")
    shows("handles", r"^Which task\?")
    shows("frame", r"^Which frame\?")
    shows("frame nonsense", r"^gdb can't tell: No symbol")
    shows("frame 0x700000000000", r"^There is no memory at 0x700000000000")
    shows("tasks demo_a", r"^This takes no argument")
    check("quire handles demo_a" in gdb.execute("complete quire handles demo", to_string=True), "names of tasks are completed")
    everything("in a client")


def check_spoilt(address):
    machine = commands.machine()
    shapes, frame = machine.shapes, address // declared.FRAME_SIZE
    slot = machine.server.slot(frame).address
    entries = {machine.task_name(owner): entry for owner, _, entry in machine.holdings[frame]}
    a, b = entries["demo_a"], entries["demo_b"]
    task_a, task_b = machine.find_task("demo_a"), machine.find_task("demo_b")
    place = shapes.handle_entry.offset
    command = "frame 0x%x" % address
    tells = r"^DISAGREE: "

    spoil(slot + shapes.slot.offset("ref_count"), 5, command, tells + "Its slot says count 5, but 2 handles exist")
    spoil(slot + shapes.slot.offset("ref_count"), 5, "window", tells + "1 frame: slot and ledger disagree: 0x%x$" % address)
    spoil(slot + shapes.slot.offset("ref_count"), declared.REF_COUNT_UNIQUE, command, tells + "Its slot says unique, but 2")
    spoil(slot + shapes.slot.offset("kind_word"), declared.KIND_RECORD | 4 << 32, command,
          tells + "Its slot says that it is of kind record, a handle that it is of kind untyped")
    spoil(slot + shapes.slot.offset("kind_word"), 0, "window", tells + r"Account \d counts \d frames, the slots of \d say")
    spoil(slot + shapes.slot.offset("in_list"), 77, command, tells + "Its slot says that it is in list 77, which there is not")
    pte = word(b + place("place"))
    spoil(pte, 0, command, tells + "demo_b's handle says that it is mapped at .*, but its page tables have nothing there")
    spoil(pte, word(pte) | declared.PAGE_WRITE, command, tells + "demo_b's page tables allow rw at .*, its handle only rmv")
    spoil(pte, word(pte) + declared.FRAME_SIZE, command, tells + "demo_b's handle says .* have the frame 0x")
    spoil(pte + 8, word(pte), command, tells + "demo_b has it mapped at 0x[0-9a-f]+ without a handle")
    spoil(b + place("next"), b, command, tells + "The ring does not close|" + tells + "The ring's anchor counts 2")
    spoil(a + place("next"), 0x1234, command, tells + "The ring breaks off after 1 handles: 0x1234 is no address",
          tells + "A handle of demo_b names it, but is not in its ring")
    spoil(b + place("previous"), b, command, tells + "In the ring, ")
    spoil(b + place("owner"), 3, command, tells + "The handle at 0x%x has no owner: 0x3 is no address of a task" % b)
    spoil(b + place("name"), word(b + place("name")) + 1, command, tells + "A handle of demo_b is in the ring, but names")
    leaf = declared.LEDGER_WORDS_PER_LEAF
    ledger = machine.ledger.leaves[frame // leaf] + frame % leaf * 8
    spoil(ledger, word(ledger) | declared.LEDGER_LOCKED, command, r"^now +the kernel is changing who holds it$", r"^ledger .*, locked$")
    spoil(ledger, shapes.LEDGER_FREE << declared.LEDGER_STATE_SHIFT, command, tells + "Nobody holds it, but its slot says count 2")

    # What must not lead anybody astray: circles, and pointers to nowhere.
    spoil(task_b.address + shapes.task.offset("root"), task_b.record.root, command, "All of it agrees")
    root = declared.DIRECT_MAP_ADDRESS + task_b.record.root
    spoil(root + 8, task_b.record.root | 7, command, "^frame")
    spoil(root + 8, 0x000ffffffffff007, command, "^frame")
    spoil(task_b.address + shapes.task.offset("tables") + 8, 5, "handles demo_b", "^[0-9]+ handles of")
    spoil(task_b.address + shapes.task.offset("callee"), 5, "tasks", r"^\*  demo_b")
    spoil(task_a.address + shapes.task.offset("callee"), 5, "ipc", r"demo_a +-> no task \(0x5\)")
    callers = machine.cpu.frame_server + LINE_CALLERS
    with Spoilt(task_a.address + shapes.task.offset("next"), task_a.address), \
            Spoilt(task_a.address + shapes.task.offset("lower"), 0):
        spoil(callers, task_a.address, "ipc", r"^frameserv .* 8: demo_a$")
        with Spoilt(task_a.address + shapes.task.offset("lower"), task_a.address):
            spoil(callers, task_a.address, "ipc", "DISAGREE: frameserv .*: The queue runs in a circle")
    spoil(callers, 7, "ipc", "DISAGREE: frameserv .*: The queue breaks off: 0x7 is no address of a task")
    keep = machine.server.keep()
    buddy = shapes.keep.members["buddy"]
    found = next(head for head in keep.buddy.first[declared.ZONE_LOW] if head != declared.FRAME_NONE)
    links = machine.server.slot(found).address
    spoil(links + 8 * declared.BLOCK_NEXT, found, "window", tells + "The list of free blocks of zone 0.* (runs in a circle|does not point back)")
    spoil(links + 8 * declared.BLOCK_NEXT, 2 ** 40, "window", tells + "The list of free blocks .* where no memory is")
    spoil(user_address(machine, shapes.addresses["keep"] + buddy[0] + buddy[1].offset("free_frames")), 1, "window",
          tells + "The low zone counts 1 free frames", tells + "Memory has ")
    spoil(declared.CPU_ADDRESS + shapes.cpu.offset("current"), 0, "tasks", "^No task runs")
    spoil(declared.CPU_ADDRESS + shapes.cpu.offset("current"), 12345, "tasks", "demo_b")
    spoil(shapes.addresses["ledger_directory"], 1, "tasks", "^The kernel has no ledger")
    everything("after all is repaired")


def user_address(machine, virtual):
    """The kernel's address of memory of the frame server."""
    entry = machine.memory.entry(machine.server.root, virtual)[1]
    return declared.DIRECT_MAP_ADDRESS + (entry & declared.PAGE_ADDRESS) + virtual % declared.FRAME_SIZE


def check_server():
    """A frame's kind is changed: the server has done its part, the kernel has not yet."""
    run("task frameserv")
    run_to("operation_repurpose")
    run("finish")
    output = shows("ipc", r"^worker 0: frameserv serves demo_b: repurpose, wants convert, borrow, frame 0x[0-9a-f]+; intent",
                   r"^  demo_b  -> frameserv  repurpose  wants convert, borrow, frame")
    frame = re.search(r"^worker 0: .* frame (0x[0-9a-f]+)", output, re.M).group(1)
    shows("frame " + frame, r"^now +in the midst of a request: frameserv serves demo_b: repurpose",
          "^for now: Its slot says that it is of kind page-table, a handle that it is of kind untyped")
    shows("window", r"^now +1 frame in the midst of a request, 1 of them with slot and ledger apart$", r"^All sums agree\.$")
    everything("in the frame server, in the midst of a request")


def main():
    check_before_boot()
    check_kernel()
    run("task demo_b")
    run_to("frame_map_anywhere")
    check_server()
    run("task demo_b")
    run_to("print")
    run("up")
    address = int(gdb.parse_and_eval("facts.address"))
    check_client(address)
    check_spoilt(address)


try:
    main()
except (gdb.error, AttributeError, KeyError, TypeError, ValueError) as trouble:
    check(False, "the check itself got stuck: %r" % trouble)
    raise
finally:
    print("%d passed, %d failed" % (results[True], results[False]))
    if results[False]:
        gdb.execute("kill")
        gdb.execute("quit 2")
