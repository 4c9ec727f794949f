"""What `lab doctor` tries: each tool must find what is planted here."""
import contextlib
import dataclasses
import gzip
import http.server
import json
import os
import pathlib
import re
import resource
import signal
import socket
import struct
import threading
import time
import urllib.request

import pairs

from .bench import NO_COMPILER, Broken, Missing, NotChecked, telling

CHECKS = []


@dataclasses.dataclass(frozen=True)
class Check:
    """A tool: the packages that have it (a|b: whichever there is), what there is without it, the page about it, whether
    the lab's own commands need it, and how to get it if not by --fix alone."""

    name: str
    packages: tuple
    without: str
    page: str
    needed: bool
    mend: str | None
    function: callable

    def __call__(self, bench):
        """What the tool found; raises Missing, NotChecked or Broken."""
        return self.function(bench)


def check(name, *packages, without, page, needed=False, mend=None):
    """Registers a check; a page that is a bare name is one of tools-setup/."""
    page = page if "." in page else f"tools-setup/{page}.md"

    def register(function):
        CHECKS.append(Check(name, packages, without, page, needed, mend, function))
        return function

    return register


def must(said, words, mend, packages=(), telling_words="error|fail|cannot|not |denied|refused"):
    """The words that show that the tool has found it, as they stand in what it said; else Broken."""
    if found := re.search(words, said.text):
        return found[0].strip()
    raise Broken(telling(said.text, telling_words) or how_it_ended(said.process.returncode), mend, packages)


def how_it_ended(code):
    """What is to be said of a tool that said nothing; Bench ends what has not ended by itself."""
    if code == -signal.SIGKILL:
        return "it said nothing and was still running when its time was over"
    if code < 0:
        return f"it ended by {signal.Signals(-code).name}"
    return f"it ended with status {code} and said nothing of it"


# What this machine allows.


def setting(name):
    """A number of the kernel's, or None where this kernel has no such thing."""
    with contextlib.suppress(OSError, ValueError):
        return int(pathlib.Path("/proc/sys", *name.split(".")).read_text())
    return None


def status(key, base=10):
    found = re.search(rf"^{key}:\s*(\w+)", pathlib.Path("/proc/self/status").read_text(), re.MULTILINE)
    return int(found[1], base) if found else 0


def may(capability):
    return bool(status("CapEff", 16) >> capability & 1)


PTRACE, ADMIN, PERFMON = 19, 21, 38
FILTERED = "a filter of system calls (seccomp) is in force here, as in a container: "


def ptrace_mend(scope, privileged, filtered):
    """Why one process may not look into another, and what lets it."""
    if scope == 3:
        return ("kernel.yama.ptrace_scope is 3, which holds until the machine starts again: write 0 into /etc/sysctl.d "
                "and restart it")
    if scope and not privileged:
        return (f"kernel.yama.ptrace_scope is {scope}: `sudo sysctl kernel.yama.ptrace_scope=0`, or put sudo before it"
                + "; a container also needs `--cap-add SYS_PTRACE`" * filtered)
    if filtered:
        return FILTERED + "start the container with `--cap-add SYS_PTRACE`"
    return "is the process yours, and is no other debugger in it? Else put sudo before the tool"


def perf_mend(paranoid, privileged, filtered):
    """Why perf may not count, and what lets it."""
    if paranoid is None:
        return "this kernel has no performance events; another machine is needed"
    if paranoid > 2 and not privileged:
        return (f"kernel.perf_event_paranoid is {paranoid}: `sudo sysctl kernel.perf_event_paranoid=2`, "
                "or put sudo before perf")
    allows = f"kernel.perf_event_paranoid is {paranoid}, which allows it"
    if filtered:
        return (f"{allows}, but {FILTERED}start the container with `--cap-add PERFMON`, or an old Docker with "
                "`--security-opt seccomp=unconfined`")
    return f"{allows}; put sudo before perf"


def no_ptrace():
    return ptrace_mend(setting("kernel.yama.ptrace_scope"), may(PTRACE), status("Seccomp") == 2)


def preloaded():
    """The libraries that the environment puts into every program."""
    return ", ".join(pathlib.Path(path).name for path in re.split(r"[:\s]+", os.environ.get("LD_PRELOAD", "")) if path)


# What the lab is built with.

COROUTINE = r"""#include <coroutine>
#include <cstdio>
#include <source_location>
struct task
{
  struct promise_type
  {
    task get_return_object() { return {}; }
    std::suspend_never initial_suspend() { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() {}
  };
};
task run()
{
  co_await std::suspend_never{};
  std::printf("a coroutine ran, line %d\n", int(std::source_location::current().line()));
}
int main()
{
  run();
}
"""
PROJECT = """cmake_minimum_required(VERSION 3.25)
project(planted NONE)
add_custom_target(planted ALL COMMAND ${CMAKE_COMMAND} -E echo planted-target)
"""
HEADERS = {  # and the packages that have them, as in scripts/common.sh
    "boost/asio/awaitable.hpp": "libboost1.81-dev|libboost1.83-dev|libboost1.88-dev|libboost-dev",
    "boost/json.hpp": "libboost-json1.81-dev|libboost-json1.83-dev|libboost-json1.88-dev|libboost-json-dev",
    "fmt/format.h": "libfmt-dev",
    "CLI/CLI.hpp": "libcli11-dev", "zlib.h": "zlib1g-dev", "elfutils/libdwfl.h": "libdw-dev",
    "protozero/pbf_writer.hpp": "libprotozero-dev", "gperftools/malloc_extension.h": "libgoogle-perftools-dev",
    "sqlite3.h": "libsqlite3-dev"}
SYSTEMS = "Debian 12, Debian 13 and Ubuntu 24.04 have one that fits"
BUILD = {"needed": True, "page": "README.md#two-commands", "without": "programs that are built already run on",
         "mend": "`scripts/quickstart` installs what the build needs, and builds the first pair"}
GUIDE = "docs/endpoint.md"


@check("compiler", "g++", **BUILD)
def compiler(bench):
    command = bench.version_of("g++", "-dumpfullversion")
    if int(bench.version.split(".")[0]) < 12:
        raise Broken(f"g++ {bench.version} is older than 12", SYSTEMS)
    source, program = bench.folder / "coroutine.cpp", bench.folder / "coroutine"
    source.write_text(COROUTINE)
    compiled = bench.run(command, "-std=c++20", source, "-o", program)
    if not program.exists():
        raise Broken(telling(compiled.text, "error|cannot"), "`sudo apt-get install --reinstall g++`")
    return must(bench.run(program), "a coroutine ran, line \\d+", "see what stands in LD_PRELOAD and LD_LIBRARY_PATH")


@check("cmake", "cmake", "ninja-build", **BUILD)
def cmake(bench):
    command = bench.version_of("cmake", "--version")
    bench.which("ninja")
    if tuple(int(part) for part in bench.version.split(".")[:2]) < (3, 25):
        raise Broken(f"cmake {bench.version} is older than 3.25", SYSTEMS)
    folder = bench.folder / "cmake"
    folder.mkdir(exist_ok=True)
    (folder / "CMakeLists.txt").write_text(PROJECT)
    said = bench.run(command, "-G", "Ninja", "-S", folder, "-B", folder / "build")
    if not (folder / "build" / "build.ninja").exists():
        raise Broken(telling(said.text, "error|cannot"), "install cmake and ninja-build again")
    built = bench.run(command, "--build", folder / "build")
    return must(built, "planted-target", "install ninja-build again") + " was built"


@check("libraries", **BUILD)
def libraries(bench):
    try:
        command = bench.which("g++")
    except Missing:
        raise NotChecked("the compiler looks for them, and there is none", NO_COMPILER) from None
    source = bench.folder / "headers.cpp"
    source.write_text("".join(f'#if !__has_include(<{header}>)\n"absent {header}"\n#endif\n' for header in HEADERS)
                      + "#if __has_include(<boost/version.hpp>)\n#include <boost/version.hpp>\n"
                      + '"boost" BOOST_VERSION\n#endif\n')
    said = bench.run(command, "-E", "-P", source).text
    absent = {header: HEADERS[header] for header in re.findall(r'"absent (.*?)"', said)}
    try:
        bench.which("pkg-config")
    except Missing:
        absent["pkg-config"] = "pkg-config"
    boost = int((re.search(r'"boost" (\d+)', said) or (0, 0))[1])
    if boost:
        bench.version = f"Boost {boost // 100000}.{boost // 100 % 1000}"
    mend = BUILD["mend"]
    if boost and boost < 108100:
        mend += "; Debian 12 has libboost1.81-dev beside its older one"
        raise Broken(f"{bench.version} is older than 1.81", mend, tuple(HEADERS.values())[:2])
    if absent:
        raise Broken(f"absent: {', '.join(absent)}", mend, tuple(absent.values()))
    linked = bench.run("pkg-config", "--print-errors", "--exists", "libdw", "libtcmalloc", "libprofiler")
    if linked.process.returncode:
        raise Broken(telling(linked.text, "No package"), mend)
    return f"all {len(HEADERS)} of them"


# The lab's own programs.


def sections(program):
    """The names of an ELF file's sections."""
    with open(program, "rb") as file:
        head = file.read(64)
        if head[:5] != b"\x7fELF\x02":
            return []
        start, size, count, names = struct.unpack_from("<Q", head, 40) + struct.unpack_from("<HHH", head, 58)
        file.seek(start)
        table = file.read(size * count)
        offset, length = struct.unpack_from("<QQ", table, names * size + 24)
        file.seek(offset)
        return file.read(length).decode(errors="replace").split("\0")


def ask(url):
    """What an endpoint answers, a refusal too; no proxy is asked."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=10) as answer:
            return answer.read().decode()
    except urllib.error.HTTPError as refusal:
        return refusal.read().decode()
    except OSError as error:
        return str(error)


def ask_until(url, words, seconds):
    """The first answer that has these words, or the last one."""
    deadline = time.monotonic() + seconds
    while True:
        answer = ask(url)
        if re.search(words, answer) or time.monotonic() > deadline:
            return answer
        time.sleep(0.1)


def line_of(path, words):
    """PATH:LINE of the first line that has these words, as the programs name it."""
    text = (pairs.ROOT / path).read_text().splitlines()
    return f"{path}:{next(number for number, line in enumerate(text, 1) if words in line)}"


NO_SYMBOLS = ("use the programs as `scripts/test` builds them, with debug information; build your own with -g, and "
              "neither strip it nor link it with -s")


@check("programs", needed=True, page="README.md#two-commands",
       without="the texts, and the tools on programs of your own")
def programs(bench):
    built = [pairs.BIN / f"{pair['pattern']}-{twin}" for pair in pairs.load() for twin in ("leaky", "fixed")]
    all_programs, built = len(built), [program for program in built if os.access(program, os.X_OK)]
    name = "blocked-send-leaky"
    place = line_of("1.Task-Leaks-Most-Common/examples/blocked-send/leaky.cpp", "async_send")
    with bench.serving(name) as (program, url):
        bench.version = json.loads(ask(url + "/debug/vars")).get("version")
        answer = ask_until(url + "/debug/pprof/task?debug=1", re.escape(place), 10)
    if place not in answer:
        raise Broken(telling(answer, "error|produce"), f"build it again: `cmake --build build --target {name}`")
    lacking = {program.name: {".symtab", ".debug_info"} - set(sections(program)) for program in built}
    bare = [name for name, lacks in lacking.items() if lacks]
    if bare:
        nameless = any(".symtab" in lacks for lacks in lacking.values())
        raise Broken(f"no symbols in {len(bare)} of {len(built)} programs ({bare[0]}): profiles have "
                     + ("addresses where functions should be" if nameless else "functions, and no files and lines"),
                     NO_SYMBOLS, without="tasks still have the lines where they wait and where they were spawned: the "
                     "programs carry these")
    return f"{len(built)} of {all_programs} built; tasks wait in " + place.rpartition("/")[2]


@check("heap", needed=True, page=GUIDE + "#another-allocator",
       without="tasks, descriptors, gauges and the processor's profile")
def heap(bench):
    place = r"render\t\S*unbounded-cache/(leaky\.cpp:\d+)"
    with bench.serving("unbounded-cache-leaky") as (program, url):
        allocator = json.loads(ask(url + "/debug/vars"))["heap"]
        bench.version = allocator["allocator"]
        if not allocator.get("watched", True):
            library = preloaded()
            raise Broken(telling(ask(url + "/debug/pprof/heap?debug=1"), "malloc"),
                         f"LD_PRELOAD is {library}: start the service with `env -u LD_PRELOAD`" if library else
                         "link the program with tcmalloc, or read the heap with that allocator's own profiler")
        a_stack = r"^\d+: \d{7,} "  # of the leak, with the place or without
        answer = ask_until(url + "/debug/pprof/heap?debug=1", f"(?m){place}|{a_stack}", 15)
        maps = pathlib.Path(f"/proc/{program.pid}/maps").read_text()
    if found := re.search(place, answer):
        return found[1] + " holds the heap"
    probes = re.search(r"^(\w+)-(\w+) .*\[uprobes\]", maps, re.MULTILINE)
    stacks = [int(address, 16) for stack in re.findall("@ (0x.*)", answer) for address in stack.split()]
    # A return probe puts the address of its own page where the stack has the address to return to.
    if probes and any(int(probes[1], 16) <= address <= int(probes[2], 16) for address in stacks):
        raise Broken("the stacks end in the page [uprobes]: someone here traces malloc or new with a return probe",
                     "end bpftrace, bcc's memleak or perf there; what was sampled meanwhile stays without its stack")
    function = re.search(r"#\t\S+\t(page_cache::get\(int\))", answer)
    if re.search(r"^\d+: \d+ .* @ 0x", answer, re.MULTILINE):
        has = f"the function {function[1]}" if function else "addresses"
        raise Broken(f"the profile has {has} and no line", NO_SYMBOLS)
    raise Broken(telling(answer, "sample|error"), "`env -u TCMALLOC_SAMPLE_PARAMETER`, or a value such as 65536")


# What asks the endpoint.


class Page(http.server.BaseHTTPRequestHandler):
    """A page with a word on it that a script has to put together."""

    def do_GET(self):
        page = b"<html><body><script>document.write('planted' + '-page')</script></body></html>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def planted_page():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


@check("curl", "curl", page=GUIDE,
       without="a browser, and `python3 -c \"import urllib.request …\"`, get the same answers")
def curl(bench):
    command = bench.version_of("curl", "--version")
    with planted_page() as url:
        said = bench.run(command, "-sS", "--max-time", "10", url)
    proxied = [name for name in os.environ if name.lower() in ("http_proxy", "all_proxy")]
    must(said, "<script>", "`curl -v` says where it goes; look for a ~/.curlrc" if not proxied else
         f"{proxied[0]} sends what is for this machine to a proxy: `export no_proxy=127.0.0.1,localhost`")
    return "a planted page"


@check("jq", "jq", page=GUIDE, without="python3 -m json.tool shows JSON; /debug/leaks and ?debug=1 are text")
def jq(bench):
    command = bench.version_of("jq", "--version")
    (bench.folder / "planted.json").write_text('{"tasks":[{"waits_at":"planted.cpp:7"}]}')
    return must(bench.run(command, "-r", ".tasks[0].waits_at", "planted.json"), r"planted\.cpp:7", "install jq again")


def planted_profile(path):
    """A profile as Go's tools write it: one task in planted_task(), planted.cpp:7."""

    def field(number, value):
        return bytes([number << 3, value]) if isinstance(value, int) else bytes([number << 3 | 2, len(value)]) + value

    texts = b"", b"task", b"count", b"planted_task", b"planted.cpp"
    line = field(1, 1) + field(2, 7)
    profile = (field(1, field(1, 1) + field(2, 2)) + field(2, field(1, 1) + field(2, 1))
               + field(4, field(1, 1) + field(4, line)) + field(5, field(1, 1) + field(2, 3) + field(4, 4))
               + b"".join(field(6, text) for text in texts))
    path.write_bytes(gzip.compress(profile))


@check("pprof", "golang-go", page="pprof",
       without="?debug=1 shows the same profiles as text, /debug/leaks the line; /debug/pprof/ has all addresses")
def pprof(bench):
    command = bench.version_of("go", "version")
    mend = ("Go builds pprof at its first use: HOME must be set and be writable" if "HOME" not in os.environ
            else "Debian's Go has it (golang-go); for another there is `go install github.com/google/pprof@latest`")
    try:
        with bench.serving("blocked-send-leaky") as (_, url):
            ask_until(url + "/debug/pprof/task?debug=1", r"produce\(", 10)
            said = bench.run(command, "tool", "pprof", "-top", url + "/debug/pprof/goroutine")
            return must(said, r"\S+%\s+produce\(.*", mend).split("%")[-1].strip() + " in the task profile"
    except NotChecked:
        planted_profile(bench.folder / "planted.pb.gz")
        said = bench.run(command, "tool", "pprof", "-top", "planted.pb.gz")
        return must(said, "planted_task", mend) + " in a planted profile"


@check("dot", "graphviz", page="pprof",
       without="`go tool pprof -top`, -peek and -list; with -http, the page /ui/flamegraph: its first page, the graph, "
       "needs dot")
def dot(bench):
    command = bench.version_of("dot", "-V")
    (bench.folder / "planted.dot").write_text("digraph { planted_caller -> planted_leak }")
    return must(bench.run(command, "-Tsvg", "planted.dot"), "<title>planted_leak</title>",
                "`sudo dot -c` registers its plug-ins again", telling_words="rror|Warning|not ")[7:-8] + " in a picture"


@check("google-pprof", "google-perftools", page="pprof",
       without="`go tool pprof` reads the same heap profiles")
def google_pprof(bench):
    command = bench.version_of("google-pprof", "--version")
    (bench.folder / "planted.heap").write_text(
        "--- symbol\nbinary=planted\n0x000000000000abcd planted_leak\n---\n"
        "heap profile:      1:  4096 [     1:  4096] @ heap_v2/1\n     1:  4096 [     1:  4096] @ 0x0000abcd\n")
    if not pathlib.Path("/usr/bin/file").exists():
        raise Broken("it asks /usr/bin/file what a program is, and without an answer finds no lines in it",
                     "install file", ("file",))
    packages = "google-perftools", "binutils"
    said = bench.run(command, "--text", "planted.heap")
    return must(said, "planted_leak", f"install {' and '.join(packages)}", packages)


@check("promtool", "promtool", page="prometheus",
       without="/debug/leaks judges by itself; /metrics is text to read with curl",
       mend="Debian 13 has the package promtool; elsewhere `scripts/test` takes it out of the package prometheus")
def promtool(bench):
    command = bench.version_of("promtool", "--version")
    (bench.folder / "metrics").write_text("# HELP planted A wrong name.\n# TYPE planted counter\nplanted 1\n")
    return must(bench.run(command, "check", "metrics", stdin="metrics"), "planted .*_total.*", "install promtool again")


@check("chromium", "chromium", page="pprof",
       without="any browser on your own machine: `ssh -L 6060:127.0.0.1:6060 HOST`")
def chromium(bench):
    command = bench.which("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    bench.version_of(command, "--version")
    options = ["--headless", "--disable-gpu", f"--user-data-dir={bench.folder}/chromium", "--dump-dom"]
    if os.geteuid() == 0:
        options.append("--no-sandbox")

    def shows(url, words):
        said = bench.run(command, *options, url, until="</html>", seconds=60)
        return must(said, words, "in a container it has no sandbox to use: `--no-sandbox`, for pages that you trust",
                    telling_words="sandbox|ERROR|rror")

    try:
        with bench.serving("blocked-send-leaky") as (_, url):
            shows(url + "/debug/pprof/", 'href="task')
            return "the endpoint's page"
    except NotChecked:
        with planted_page() as url:
            return "a " + shows(url, r"\bplanted-page\b")


@check("node", "nodejs", page="CONTRIBUTING.md", without="everything but a few of the tests, which are skipped")
def node(bench):
    command = bench.version_of("node", "--version")
    return must(bench.run(command, "-e", "console.log('planted' + '-line')"), "planted-line", "install nodejs again")


# What looks into a program that was built for it.


def sanitizer_mend(text):
    """What a sanitizer that does not start wants."""
    if preloaded():
        return f"LD_PRELOAD is {preloaded()}: start the program with `env -u LD_PRELOAD`"
    if "unexpected memory mapping" in text:
        return (f"vm.mmap_rnd_bits is {setting('vm.mmap_rnd_bits')}, more than this compiler's runtime can take: "
                "`sudo sysctl vm.mmap_rnd_bits=28`, or start the program with `setarch -R`")
    if resource.getrlimit(resource.RLIMIT_AS)[0] != resource.RLIM_INFINITY:
        return "a limit of address space is set, and a sanitizer reserves terabytes: `ulimit -v unlimited`"
    if "LeakSanitizer has encountered a fatal error" in text:
        return (no_ptrace() + ". LeakSanitizer uses ptrace: it works neither in gdb nor in strace. "
                "ASAN_OPTIONS=detect_leaks=0 keeps the rest of ASan")
    return "`env -i PROGRAM` tells whether your environment is in its way"


@check("asan", "g++", page="sanitizers",
       without="valgrind finds the same leaks more slowly; the testing guard finds tasks")
def asan(bench):
    program = bench.planted("-fsanitize=address")
    bench.version_of("g++", "-dumpfullversion")
    said = bench.run(program, "leak", ASAN_OPTIONS="detect_leaks=1")
    return must(said, r"\d+ byte\(s\) leaked in \d+ allocation\(s\)", sanitizer_mend(said.text),
                telling_words="ERROR|fatal|not come first")


@check("tsan", "g++", page="sanitizers",
       without="valgrind --tool=helgrind finds races more slowly; no leak needs it")
def tsan(bench):
    program = bench.planted("-fsanitize=thread")
    bench.version_of("g++", "-dumpfullversion")
    said = bench.run(program, "race", TSAN_OPTIONS="atexit_sleep_ms=0")
    must(said, "data race .* in planted_race", sanitizer_mend(said.text), telling_words="ERROR|FATAL")
    return "data race in planted_race"


@check("valgrind", "valgrind", page="valgrind",
       without="asan finds the same leaks, faster, in a build of its own")
def valgrind(bench):
    command = bench.version_of("valgrind", "--version")
    said = bench.run(command, "--leak-check=full", bench.planted(), "leak")
    libc = "ld.so" in said.text and "redirection" in said.text
    mend = "it needs the symbols of the C library: the package libc6-dbg" if libc else "`valgrind -v PROGRAM` has more"
    packages = ("libc6-dbg",) if libc else ()
    found = must(said, r"definitely lost: [1-9][\d,]* bytes", mend, packages, telling_words="Fatal|error")
    must(said, "planted_leak", "build with -g, and leave the program unstripped")
    return found


@check("heaptrack", "heaptrack", page="heaptrack",
       without="/debug/pprof/heap shows who holds memory; valgrind --tool=massif too")
def heaptrack(bench):
    command = bench.version_of("heaptrack", "--version")
    said = bench.run(command, "-o", bench.folder / "heaptrack", bench.planted(), "leak")
    record = next(bench.folder.glob("heaptrack.*"), None)
    if record is None:
        raise Broken(telling(said.text, "error|fail|cannot|not "), "`heaptrack PROGRAM` by hand has more words")
    said = bench.run("heaptrack_print", "-f", record, "-l", "1", "-a", "0", "-p", "0", "-T", "0")
    mend = (f"LD_PRELOAD is {preloaded()}: start heaptrack with `env -u LD_PRELOAD`" if preloaded() else
            "build with -g, and leave the program unstripped")
    must(said, "planted_leak", mend)
    return must(said, r"total memory leaked: [1-9]\S*", mend).partition(": ")[2] + "B not freed, in planted_leak"


# What looks into a program that runs, or has died.


@check("gdb", "gdb", page="gdb",
       without="/debug/pprof/task?debug=2 shows each task of a living service; a core file can go to another machine")
def gdb(bench):
    command = bench.version_of("gdb", "--version")
    program, core = bench.planted(), bench.folder / "live-core"
    batch = command, "-q", "-nx", "-batch"
    with bench.running(program, "wait") as process:
        process.read("waiting")
        said = bench.run(*batch, "-p", process.pid, "-ex", "bt", "-ex", f"generate-core-file {core}")
    must(said, "planted_wait", no_ptrace(), telling_words="ptrace|not permitted")
    must(bench.run(*batch, program, core, "-ex", "bt"), "planted_wait", "is there room for the core file in /tmp?")
    return "planted_wait, alive and in a gcore"


@check("gdb-tasks", "gdb", page="gdb",
       without="in gdb `thread apply all bt`, which shows no suspended task; from the endpoint /debug/tasks")
def gdb_tasks(bench):
    command = bench.version_of("gdb", "--version")
    with bench.serving("blocked-send-leaky") as (program, url):
        ask_until(url + "/debug/pprof/task?debug=1", r"produce\(", 10)
        said = bench.run(command, "-q", "-batch", "-p", program.pid, "-ex", "leaklab tasks")
    if "ptrace: " in said.text:
        raise Broken(telling(said.text, "ptrace: "), no_ptrace())
    mend = "build it again: `scripts/test`"
    if "auto-loading has been declined" in said.text:
        mend = (f"`mkdir -p ~/.config/gdb; echo 'add-auto-load-safe-path {pairs.BIN}' >>~/.config/gdb/gdbinit`, and "
                "the same with the folder of your own service")
    must(said, r"created by .*scenario", mend, telling_words="declined|Undefined|rror")
    return "`leaklab tasks` lists " + re.search(r"^\d+ tasks", said.text, re.MULTILINE)[0]


@check("core", "gdb", page="gdb",
       without="`gcore PID` (package gdb) writes a core of a service that lives; any machine with gdb can read it")
def core(bench):
    command = bench.which("gdb")
    pattern = pathlib.Path("/proc/sys/kernel/core_pattern").read_text().strip()
    bench.version = pattern if len(pattern) < 20 else pattern[:19] + "…"
    if pattern.startswith("|"):
        handler = pattern[1:].split()[0]
        raise NotChecked(f"the kernel hands cores to {handler}, which decides what is kept",
                         "`coredumpctl gdb` opens the last one" if "systemd" in handler else
                         "`sudo sysctl kernel.core_pattern=core.%p` keeps them in the service's folder")
    soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    if not hard:
        raise Broken("core files are forbidden here: `ulimit -H -c` is 0",
                     "start the container with `--ulimit core=-1`, or set it in /etc/security/limits.conf")
    program = bench.planted()
    # A pattern without a folder means the one where the program stands.
    place = pathlib.Path(bench.folder, re.sub("%[^%]", "*", pattern))
    before = set(place.parent.glob(place.name + "*"))
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
    try:
        bench.run(program, "crash")
    finally:
        resource.setrlimit(resource.RLIMIT_CORE, (soft, hard))
    written = sorted(set(place.parent.glob(place.name + "*")) - before)
    if not written:
        raise Broken(f"no core file came to {place.parent}, where kernel.core_pattern, {pattern}, puts it",
                     "the folder must be there and writable; `sudo sysctl kernel.core_pattern=core.%p` writes it where "
                     "the program stands")
    said = bench.run(command, "-q", "-nx", "-batch", program, written[0], "-ex", "bt")
    for path in written:
        path.unlink()
    found = must(said, "planted_crash", "gdb must have the program that has died, unstripped")
    if not soft:
        raise Broken("a service that dies leaves no core file: `ulimit -c` is 0 in this shell",
                     "`ulimit -c unlimited` in the shell that starts the service, or LimitCORE=infinity in its unit; "
                     f"with that, gdb found {found} here")
    return found + " in a core file"


@check("strace", "strace", page="perf-and-bpf",
       without="/debug/leaks says where descriptors were opened; ls /proc/PID/fd lists them")
def strace(bench):
    command = bench.version_of("strace", "--version")
    with bench.running(bench.planted(), "wait") as process:
        process.read("waiting")
        said = bench.run(command, "-p", process.pid, until=r"open(at)?\(.*planted-file", seconds=10)
    must(said, r"open(at)?\(.*planted-file", no_ptrace(), telling_words=r"ptrace\(")
    return 'a call of open() for "planted-file"'


@check("perf", "linux-perf|linux-tools-generic", page="perf-and-bpf",
       without="`go tool pprof 'URL/debug/pprof/profile?seconds=5'` shows the processor's time of a lab's program")
def perf(bench):
    command = bench.version_of("perf", "--version")
    record = bench.folder / "perf.data"
    said = bench.run(command, "record", "-o", record, bench.planted(), "busy")
    if "perf not found for kernel" in said.text:
        raise Broken(telling(said.text, "not found"), f"`sudo apt-get install linux-tools-{os.uname().release}`")
    said_then = bench.run(command, "report", "--stdio", "-i", record) if record.exists() else said
    if "planted_busy" not in said_then.text:
        mend = perf_mend(setting("kernel.perf_event_paranoid"), may(PERFMON) or may(ADMIN), status("Seccomp") == 2)
        raise Broken(telling(said.text, "limited|not supported|denied|permi|rror:."), mend)
    share = re.search(r"(\d+)\.\d+%.*planted_busy", said_then.text)
    return f"planted_busy, {share[1]} % of the time"


@check("bpftrace", "bpftrace", page="perf-and-bpf",
       without="perf and strace show system calls; /debug/leaks the lines")
def bpftrace(bench):
    command = bench.version_of("bpftrace", "--version")
    said = bench.run(command, "-e", 'BEGIN { printf("planted-probe\\n"); exit(); }')
    mend = ("only root may: `sudo ./lab doctor bpftrace`" if os.geteuid() else
            FILTERED + "start the container with `--privileged`" if status("Seccomp") == 2 else
            "the kernel must have /sys/kernel/btf/vmlinux and tracefs (`mount -t tracefs none /sys/kernel/tracing`)")
    return must(said, "planted-probe", mend, telling_words="root user|denied|not permitted|not found") + " ran"


@check("lsof", "lsof", page="3.Resource-Leaks/resources/05-detection-methods.md",
       without="ls -l /proc/PID/fd, and /debug/vars, which counts by kind")
def lsof(bench):
    command = bench.version_of("lsof", "-v")
    with open(bench.folder / "planted-descriptor", "w"):
        said = bench.run(command, "-w", "-n", "-P", "-p", os.getpid())
    return must(said, "planted-descriptor", "`lsof -b -p PID` where the file system of a network hangs")


@check("ss", "iproute2", page="3.Resource-Leaks/resources/05-detection-methods.md",
       without="/proc/net/tcp, and /debug/vars, which counts sockets")
def ss(bench):
    command = bench.version_of("ss", "--version")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        said = bench.run(command, "-Hltnp", f"sport = :{port}")
    must(said, f"pid={os.getpid()},", "put sudo before it: else it names no process")
    return "a planted listener and its process"
