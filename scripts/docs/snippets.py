"""Compiles the C++ blocks of the texts as far as the syntax and the types go."""
import concurrent.futures
import hashlib
import os
import re
import subprocess
import tempfile

import pairs

ROOT = pairs.ROOT
CACHE = ROOT / "build" / "docs"
PRELUDE = """\
#include <leaklab/awaitable_operators.hpp>
#include <leaklab/channel.hpp>
#include <leaklab/endpoint.hpp>
#include <leaklab/gauge.hpp>
#include <leaklab/heap.hpp>
#include <runner/lab.hpp>
#include <leaklab/process.hpp>
#include <leaklab/scope.hpp>
#include <leaklab/spawn.hpp>
#include <leaklab/steady_timer.hpp>
#include <leaklab/task.hpp>
#include <leaklab/tcp.hpp>
#include <leaklab/tracked.hpp>
#include <leaklab/verdict.hpp>

#include <boost/asio.hpp>
#include <boost/asio/experimental/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <boost/asio/experimental/concurrent_channel.hpp>
#include <boost/asio/experimental/parallel_group.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

namespace asio = boost::asio;
using namespace asio::experimental::awaitable_operators;
using namespace std::chrono_literals;
using namespace std::string_literals;
using asio::awaitable;
using boost::system::error_code;
using leaklab::channel;
using leaklab::steady_timer;
"""


def compiler():
    cache = ROOT / "build" / "CMakeCache.txt"
    found = re.search(r"^CMAKE_CXX_COMPILER:\w+=(.*)$", cache.read_text(), re.M) if cache.exists() else None
    return os.environ.get("CXX") or (found[1] if found else "c++")


def command():
    return [compiler(), "-std=c++20", "-fcoroutines", "-fsyntax-only", "-w", "-fmax-errors=3", "-fdiagnostics-color=never",
            "-I", "runtime/include", "-I", "runner/include", "-I", "world/include", "-x", "c++"]


def state_of_headers():
    """A digest of what the snippets are compiled against."""
    state = hashlib.sha256(" ".join(command()).encode() + PRELUDE.encode())
    state.update(subprocess.run([compiler(), "--version"], capture_output=True, check=False).stdout)
    for folder in "runtime", "runner", "world":
        for header in sorted((ROOT / folder / "include").rglob("*.hpp")):
            state.update(header.read_bytes())
    return state.hexdigest()


def blocks_of(text):
    return [block for block in text.document.blocks if block.language in ("cpp", "c++") and not block.generated]


def unit(text, blocks):
    """A translation unit whose errors name the lines of the Markdown file."""
    if any(line.startswith("#include") for block in blocks for line in block.lines):
        return f'#line {blocks[0].first + 2} "{text.name}"\n' + "\n".join(blocks[0].lines) + "\n"
    parts = [PRELUDE]
    for block in blocks:
        body = "\n".join(block.lines)
        place = f'\n#line {block.first + 2} "{text.name}"\n'
        if block.marker == "fragment":
            body = f"awaitable<void> fragment(){{{place}{body}\nco_return;}}"
            place = "\n"
        parts.append(f"namespace block_{block.first + 1} {{{place}{body}\n}}")
    return "\n".join(parts) + "\n"


class Compiler:
    """Remembers in build/docs what the compiler said, but for failures that a package may cure."""

    def __init__(self):
        self.state = state_of_headers()

    def says(self, source, must_fail):
        """The compiler's errors, or nothing."""
        stamp = CACHE / hashlib.sha256((self.state + source).encode()).hexdigest()[:24]
        if stamp.exists():
            return stamp.read_text()
        done = subprocess.run([*command(), "-"], input=source, capture_output=True, text=True, cwd=ROOT, check=False)
        errors = done.stderr if done.returncode else ""
        if bool(errors) == must_fail:
            CACHE.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile("w", dir=CACHE, delete=False) as file:
                file.write(errors)
            os.replace(file.name, stamp)  # whole at once: another check may be reading
        return errors

    def check(self, texts):
        """Yields (text, line, fault). What must compile goes in one unit a text; when that fails, each block by itself."""
        jobs = []
        for text in texts:
            blocks = blocks_of(text)
            alone = [b for b in blocks if b.marker.startswith("does not compile")]
            whole = [b for b in blocks if b not in alone and any(line.startswith("#include") for line in b.lines)]
            together = [b for b in blocks if b not in alone and b not in whole]
            jobs += [(text, [block], True) for block in alone] + [(text, [block], False) for block in whole]
            jobs += [(text, together, False)] if together else []
        with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
            for faults in pool.map(lambda job: list(self.faults(*job)), jobs):
                yield from faults

    def faults(self, text, blocks, must_fail):
        errors = self.says(unit(text, blocks), must_fail)
        first = blocks[0].first + 1
        reason = blocks[0].marker.partition(": ")[2]
        if must_fail and not errors:
            yield text, first, "this block compiles, and says that it does not"
        elif must_fail and reason not in errors:
            yield text, first, f'does not compile, but not because of "{reason}": {first_of(errors)[1]}'
        elif errors and not must_fail and len(blocks) == 1:
            line, what = first_of(errors)
            yield text, line or first, f"does not compile: {what}"
        elif errors and not must_fail:
            for block in blocks:
                yield from self.faults(text, [block], False)


def first_of(errors):
    """The first error in a text as (line, what), or the first at all as (0, what)."""
    found = re.search(r"^[^:\n]+\.md:(\d+):(?:\d+:)? (?:fatal )?error: (.*)$", errors, re.M)
    anywhere = re.search(r"error: (.*)$", errors, re.M)
    return (int(found[1]), found[2]) if found else (0, anywhere[1] if anywhere else errors[:200])
