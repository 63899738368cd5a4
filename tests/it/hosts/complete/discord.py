"""Stands in for Discord: takes a webhook's messages as strictly as Discord does, one line of JSON each to standard output."""
import http.server
import json
import sys

LONGEST = {"content": 2000, "username": 80}
EMBED = {"title": 256, "description": 4096}


def wrong(message):
    """Why Discord would refuse the message; None: it would not."""
    unknown = set(message) - {"content", "username", "avatar_url", "embeds", "tts", "allowed_mentions"}
    if unknown:
        return f"unknown: {sorted(unknown)}"
    if not message.get("content") and not message.get("embeds"):
        return "empty"
    texts = [(message, LONGEST)] + [(embed, EMBED) for embed in message.get("embeds", [])]
    for holder, limits in texts:
        for name, limit in limits.items():
            if len(holder.get(name) or "") > limit:
                return f"{name} is longer than {limit}"
    return "more than ten embeds" if len(message.get("embeds", [])) > 10 else None


class Webhook(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        try:
            message = json.loads(body)
            why = wrong(message) if self.path.startswith("/api/webhooks/") else "no webhook"
        except (ValueError, AttributeError, TypeError) as error:
            why = str(error)
        if why is None:
            print(json.dumps(message), flush=True)
        else:
            print(f"refused: {why}", file=sys.stderr, flush=True)
        self.send_response(204 if why is None else 400)
        self.send_header("Content-Length", "0")
        self.end_headers()


if __name__ == "__main__":
    http.server.ThreadingHTTPServer((sys.argv[1], int(sys.argv[2])), Webhook).serve_forever()
