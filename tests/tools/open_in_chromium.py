#!/usr/bin/env python3
"""open_in_chromium.py FILE: Chromium's own trace parser, that of its developer tools, finds each thread and slice of the trace.

Drives Chromium over a pipe with the DevTools protocol (https://chromedevtools.github.io/devtools-protocol/). The parser is the module
front_end/models/trace of devtools-frontend, which Chromium carries inside itself. Exit status 77: there is none.
"""
import collections
import json
import os
import shutil
import subprocess
import sys
import tempfile

PARSE = """(async trace => {
  let module;
  for (let tries = 0; !module; ++tries) {
    try { module = await import('./models/trace/trace.js'); }
    catch (error) { if (tries == 50) return null; await new Promise(again => setTimeout(again, 100)); }
  }
  if (!module.TraceModel?.Model?.createWithAllHandlers) return null;
  const model = module.TraceModel.Model.createWithAllHandlers();
  await model.parse(trace.traceEvents, {metadata: {}});
  const parsed = model.parsedTrace(0);
  const processes = (parsed.data ?? parsed).Renderer.processes;
  return [...processes.values()].flatMap(process => [...process.threads].map(([tid, thread]) =>
    [tid, thread.name, thread.entries.map(entry => [entry.name, entry.ts, entry.dur])]));
})"""


class Browser:
    """Reads commands on descriptor 3 and answers on 4, each ended by a NUL."""

    def __init__(self, folder):
        from_us, self.commands = os.pipe()
        answers, to_us = os.pipe()

        def place_pipes():
            low, high = os.dup(from_us), os.dup(to_us)
            os.dup2(low, 3)
            os.dup2(high, 4)

        self.process = subprocess.Popen(
            ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe",
             f"--user-data-dir={folder}"],
            preexec_fn=place_pipes, close_fds=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(from_us)
        os.close(to_us)
        self.answers = open(answers, "rb")
        self.received = b""
        self.sent = 0
        self.events = []  # those that came before an answer

    def call(self, method, session=None, **params):
        self.sent += 1
        message = {"id": self.sent, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        with open(os.dup(self.commands), "wb") as out:
            out.write(json.dumps(message).encode() + b"\0")
        while True:
            while b"\0" not in self.received:
                more = self.answers.read1(1 << 16)
                if not more:
                    print("skipped: chromium does not start" if self.sent == 1 else "chromium ended")
                    sys.exit(77 if self.sent == 1 else 1)
                self.received += more
            answer, self.received = self.received.split(b"\0", 1)
            answer = json.loads(answer)
            if answer.get("id") == self.sent:
                return answer["result"]
            self.events.append(answer)


def main():
    if not shutil.which("chromium"):
        print("skipped: no chromium")
        sys.exit(77)
    with open(sys.argv[1]) as file:
        text = file.read()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        browser = Browser(folder)
        try:
            page = browser.call("Target.createTarget", url="devtools://devtools/bundled/devtools_app.html")["targetId"]
            session = browser.call("Target.attachToTarget", targetId=page, flatten=True)["sessionId"]
            answer = browser.call("Runtime.evaluate", session, expression=f"{PARSE}({text})", returnByValue=True,
                                  awaitPromise=True)
        finally:
            browser.process.terminate()
            browser.process.wait()
    if "exceptionDetails" in answer:
        sys.exit(f"the parser refuses the trace: {answer['exceptionDetails']}")
    threads = answer["result"].get("value")
    if threads is None:
        print("skipped: this chromium has no trace parser where it is looked for")
        sys.exit(77)

    events = json.loads(text)["traceEvents"]
    names = {e["tid"]: e["args"]["name"] for e in events if e["name"] == "thread_name"}
    slices = collections.Counter((e["tid"], e["name"], e["ts"], e["dur"]) for e in events if e["ph"] == "X")
    read_names = {tid: name for tid, name, _ in threads}
    read = collections.Counter((tid, *entry) for tid, _, entries in threads for entry in entries)
    print(f"{len(read_names)} of {len(names)} threads, {read.total()} of {slices.total()} slices")
    if not slices or read_names != names or read != slices:
        sys.exit(f"chromium reads another trace: {list((slices - read) + (read - slices))[:5]}")


if __name__ == "__main__":
    main()
