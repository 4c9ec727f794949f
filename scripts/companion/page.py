"""One page on loopback that shows the live pages of both programs of a pair beside each other."""
import base64
import contextlib
import hashlib
import html
import http.server
import threading

from . import patterns

STYLE = """
:root { color-scheme: light dark; font: 100%/1.4 system-ui, sans-serif; }
body { margin: 0; padding: .5rem; display: flex; flex-direction: column; min-height: 100vh; box-sizing: border-box; }
h1, h2 { font-size: 1.1rem; margin: 0 0 .4rem; }
h2 { font-size: 1rem; }
main { flex: 1; display: grid; grid-template-columns: 1fr 1fr; gap: .5rem; }
section { display: flex; flex-direction: column; min-width: 0; }
iframe { flex: 1; min-height: 80vh; width: 100%; border: 1px solid; box-sizing: border-box; }
iframe:focus, a:focus-visible { outline: 3px solid Highlight; outline-offset: 1px; }
@media (max-width: 60rem) { main { grid-template-columns: 1fr; } }
"""
POLICY = ("default-src 'none'; style-src 'sha256-{style}'; frame-src {frames}; base-uri 'none'; form-action 'none'; "
          "frame-ancestors 'none'")


def text(pair, urls):
    """The page: a heading, and a named frame for each program."""
    escaped = {name: html.escape(pair[name]) for name in ("pattern", "title")}
    frames = "\n".join(f"""<section aria-labelledby="{twin}">
<h2 id="{twin}">{escaped['pattern']}-{twin}: <a href="{url}/">{url}</a></h2>
<iframe src="{url}/" title="live page of {escaped['pattern']}-{twin}"></iframe>
</section>""" for twin, url in zip(patterns.TWINS, map(html.escape, urls)))
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{escaped['pattern']}: leaky and fixed</title>
<style>{STYLE}</style>
</head>
<body>
<h1>{escaped['pattern']}: {escaped['title']}</h1>
<main>
{frames}
</main>
</body>
</html>
"""


def handler(pair, urls):
    body = text(pair, urls).encode()
    style = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    policy = POLICY.format(style=style, frames=" ".join(urls))

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            """The page to whoever asks for it under a name of this machine alone, and nothing else."""
            host = self.headers.get("Host", "").rpartition(":")[0]
            status = 403 if host not in ("127.0.0.1", "localhost") else 200 if self.path == "/" else 404
            shown = body if status == 200 else b"there is one page here: /\n"
            self.send_response(status)
            self.send_header("Content-Type", f"text/{'html' if status == 200 else 'plain'}; charset=utf-8")
            self.send_header("Content-Length", str(len(shown)))
            self.send_header("Content-Security-Policy", policy)
            self.send_header("X-Content-Type-Options", "nosniff")
            self.send_header("Referrer-Policy", "no-referrer")
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(shown)

        do_HEAD = do_GET

        def log_message(self, *_):
            """Nobody reads a log of it."""

    return Handler


@contextlib.contextmanager
def served(pair, urls):
    """The page's address, as long as the block lasts."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler(pair, urls)) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()
