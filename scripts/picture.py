"""The page of scripts/picture: GitHub-flavoured Markdown by GitHub's own parser, in a look like GitHub's."""

import html
import re
import sys

import cmarkgfm
from cmarkgfm.cmark import Options

STYLE = """
body { margin: 0; background: #fff; color: #1f2328; font: 14px/1.5 "Liberation Sans", "DejaVu Sans", sans-serif; }
.comment { margin: 16px; border: 1px solid #d1d9e0; border-radius: 6px; overflow: hidden; }
.author { background: #f6f8fa; border-bottom: 1px solid #d1d9e0; padding: 8px 16px; color: #59636e; }
.author b { color: #1f2328; } .author i { font-style: normal; font-size: 12px; border: 1px solid #d1d9e0; border-radius: 2em; padding: 0 7px; margin-left: 4px; }
.body { padding: 16px; }
.body > :first-child { margin-top: 0; } .body > :last-child { margin-bottom: 0; }
h3 { font-size: 1.25em; margin: 24px 0 16px; line-height: 1.25; } h4 { font-size: 1em; margin: 24px 0 16px; }
p, ul, ol, pre, table, details, blockquote { margin: 0 0 16px; }
ul { padding-left: 2em; } li + li { margin-top: .25em; }
a { color: #0969da; text-decoration: underline; }
code { font: 85% ui-monospace, "DejaVu Sans Mono", monospace; background: #818b981f; border-radius: 6px; padding: .2em .4em; }
pre { background: #f6f8fa; border-radius: 6px; padding: 16px; overflow: auto; line-height: 1.45; }
pre code { background: none; padding: 0; }
table { border-collapse: collapse; display: block; overflow: auto; width: max-content; max-width: 100%; }
th, td { border: 1px solid #d1d9e0; padding: 6px 13px; text-align: left; } th { font-weight: 600; }
tr:nth-child(2n) td { background: #f6f8fa; }
blockquote { color: #59636e; border-left: .25em solid #d1d9e0; padding: 0 1em; }
sub { font-size: 75%; line-height: 0; vertical-align: baseline; position: relative; bottom: -.25em; }
summary { cursor: pointer; } details[open] > summary { margin-bottom: 8px; }
.add { background: #dafbe1; color: #116329; } .del { background: #ffebe9; color: #82071e; } .mod { color: #953800; background: #fff1e5; }
.mermaid { border: 1px solid #d1d9e0; border-radius: 6px; padding: 16px; margin-bottom: 16px; text-align: center; }
"""


def coloured(match: re.Match[str]) -> str:
    kinds = {"+": "add", "-": "del", "!": "mod"}
    lines = match[1].split("\n")
    return "<pre><code>" + "\n".join(
        f'<span class="{kinds[line[0]]}">{line}</span>' if line[:1] in kinds else line for line in lines
    ) + "</code></pre>"


def main() -> None:
    text = open(sys.argv[1], encoding="utf-8").read()
    modules = "file://" + html.escape(sys.argv[2])
    body = cmarkgfm.github_flavored_markdown_to_html(text, Options.CMARK_OPT_UNSAFE)
    body = re.sub(r'<pre lang="mermaid"><code>(.*?)</code></pre>', r'<pre class="mermaid">\1</pre>', body, flags=re.S)
    body = re.sub(r'<pre lang="diff"><code>(.*?)</code></pre>', coloured, body, flags=re.S)
    print(f"""<!doctype html><html><head><meta charset="utf-8"><title></title><style>{STYLE}</style></head><body>
<div class="comment"><div class="author"><b>github-actions</b> <i>bot</i> commented now</div><div class="body">{body}</div></div>
<script src="{modules}/mermaid/dist/mermaid.min.js"></script>
<script>
mermaid.initialize({{ startOnLoad: false }});
mermaid.run().catch(error => document.body.append(String(error))).then(() => {{
  document.title = Math.ceil(document.querySelector(".comment").getBoundingClientRect().bottom) + 16;
}});
</script></body></html>""")


main()
