"""The routes: SPARQL protocol, linked data, pages, JSON API, descriptions."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlsplit

import anyio
import anyio.to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import (
    FileResponse,
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
)
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from kg.errors import KGError
from kg.query import GRAPH_FORMATS, Runner
from kg.query.kept import COUNTS
from kg.query.names import KINDS
from kg.serve.cache import AnswerCache
from kg.serve.dataset import find_downloads, find_dump, read_build, read_title
from kg.serve.describe import serialize, service_description, void_description
from kg.serve.editor import editor_data
from kg.serve.faults import Fault, to_fault
from kg.serve.guard import CSP, Guard, is_allowed, to_hash
from kg.serve.negotiate import DATA_FIRST, GRAPHS, PAGES, agree, choose, to_ranges
from kg.serve.ontology import FILES, find_file, read_ontology, read_page
from kg.serve.openapi import openapi
from kg.serve.pages import STATIC, render, to_script_data
from kg.serve.protocol import read_operation, to_ask
from kg.serve.reading import query_pairs, raw_path, read_accept, to_text
from kg.serve.resources import Reader
from kg.serve.settings import Settings, Site
from kg.vocab import KG

_SPARQL_METHODS = ["GET", "HEAD", "POST", "OPTIONS"]
_FORMATS = [(name, medias[0]) for name, medias in GRAPHS.items()]
_GRAPHS = "SELECT DISTINCT ?g { GRAPH ?g { } } ORDER BY ?g"
#: Questions that the data set's page shows; the editor has them all.
_QUESTIONS = (
    "shared-concepts", "methods-for-task", "datasets-for-task", "compared-with", "most-adopted",
    "papers-with-code", "rising-concepts", "introduced-by-year",
)  # fmt: skip


class Server:
    """The handlers over two pools of workers: one for clients' queries, one for pages.

    A client's query may keep every worker of its pool busy; pages still answer.
    """

    def __init__(self, site: Site, queries: Runner, pages: Runner) -> None:
        self.site = site
        self.settings = site.settings
        self.queries = queries
        self.reader = Reader(pages, site)
        self.pages = pages
        self.cache = AnswerCache()
        self._kept: dict[str, Any] = {}
        # A request that waits for a worker holds a thread.
        self._threads = anyio.CapacityLimiter(self.settings.workers + self.settings.waiting + 16)

    async def work(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Run a blocking function in a thread; a KGError becomes its HTTP status."""
        try:
            return await anyio.to_thread.run_sync(function, *arguments, limiter=self._threads)
        except KGError as error:
            raise to_fault(error) from error
        except anyio.get_cancelled_exc_class():  # a second Ctrl-C waits for nobody
            raise Fault(503, "the query was stopped: the server ends") from None

    async def once(self, name: str, function: Callable[[], Any]) -> Any:
        """Return what ``function`` returned the first time."""
        if name not in self._kept:
            self._kept[name] = await self.work(function)
        return self._kept[name]

    # --- SPARQL ------------------------------------------------------------------

    async def sparql(self, request: Request) -> Response:
        """The endpoint: a query's answer, the editor for a browser, else a description."""
        if request.method == "OPTIONS":
            return _options(self.settings, _SPARQL_METHODS)
        operation = await read_operation(request, self.settings)
        accept = read_accept(request)
        browser = not (operation and operation.format) and _is_browser(request, accept)
        if browser:
            return self._to_editor(operation.query if operation else "")
        if operation is None:
            return await self._description(request, accept)
        ask = to_ask(operation, accept, self.settings)
        answer = await self.work(self.cache.get, ask, self.queries.ask)
        return Response(answer.body, headers={"Content-Type": answer.media, "Vary": "Accept"})

    def _to_editor(self, query: str) -> Response:
        fragment = f"#query={quote(query)}" if query else ""
        target = self.site.path("query") + fragment
        return RedirectResponse(target, status_code=303, headers={"Vary": "Accept"})

    async def _description(self, request: Request, accept: str) -> Response:
        format = _graph_format(accept)
        here = self.absolute(request)
        graphs = await self.once("graphs", lambda: self.pages.rows(_GRAPHS))
        named = [row["g"]["value"] for row in graphs]
        triples = service_description(f"{here}/sparql", f"{here}/.well-known/void", named)
        return _rdf(serialize(triples, format), format)

    async def void(self, request: Request) -> Response:
        """VoID: what the data set is and holds; a browser is led to the page that says so."""
        format = _page_format(request, DATA_FIRST)
        if format == "html":
            return RedirectResponse(self.site.path("dataset"), 303, headers={"Vary": "Accept"})
        here = self.absolute(request)
        body = await self.once(f"void {format} {here}", lambda: self._void(here, format))
        return _rdf(body, format)

    def _void(self, here: str, format: str) -> bytes:
        dump = find_dump(self.site)
        triples = void_description(
            self.queries,
            dataset=f"{here}/.well-known/void#dataset",
            endpoint=f"{here}/sparql",
            base=self.site.base,
            triples=self.site.triples,
            title=read_title(self.site),
            page=f"{here}/dataset",
            dump=f"{here}/dataset/{dump.name}" if dump else "",
            files=[(f"{here}/dataset/{file.name}", file) for file in find_downloads(self.site)],
            license=self.settings.license,
        )
        return serialize(triples, format)

    # --- linked data -------------------------------------------------------------

    async def resource(self, request: Request) -> Response:
        """A resource's IRI: its page or its RDF, as the client wants."""
        fields = dict(query_pairs(request))
        iri = self._iri(request)
        format = _page_format(request)
        if format != "html":
            body, _ = await self.work(self.reader.describe, iri, format)
            return _rdf(body, format) if body else await self._moved(request, iri, "id/")
        node = await self.work(lambda: self.reader.node(iri, page=_number(fields, "page", 1)))
        return await (self._page(node) if node else self._moved(request, iri, "id/"))

    async def _moved(self, request: Request, iri: str, under: str) -> Response:
        """Redirect from an id that a concept had in an earlier build, query and all.

        Raises:
            Fault: 404, if it was nobody's.
        """
        now = await self.work(self.pages.former, self.reader.to_id(iri))
        if now is None:
            raise await self.missing(iri)
        query = request.scope["query_string"].decode("latin-1")
        target = self.site.path(under + now.removeprefix(self.site.base))
        # Not for ever: the next build may give the id to somebody again.
        headers = {"Cache-Control": "max-age=3600", "Vary": "Accept"}
        return RedirectResponse(f"{target}?{query}" if query else target, 301, headers)

    def _iri(self, request: Request) -> str:
        tail = raw_path(request).split("/id/", 1)[-1]
        base_path = urlsplit(self.site.base).path
        if "/id/" not in raw_path(request):
            tail = raw_path(request).removeprefix(base_path)
        return self.to_iri(tail)

    def to_iri(self, tail: str) -> str:
        """Return the IRI of ``kind/key``, the key percent-encoded or not."""
        kind, _, key = tail.partition("/")
        return self.reader.iri(to_text(kind), to_text(key))

    async def _page(self, node: dict[str, Any]) -> Response:
        template = {"concept": "concept.html", "paper": "paper.html"}.get(
            node["kind"], "thing.html"
        )
        page = await self.work(lambda: render(template, self.site, it=node, formats=_FORMATS))
        return HTMLResponse(page, headers={"Vary": "Accept", "Link": _links(node["url"])})

    async def missing(self, iri: str) -> Fault:
        """Return the 404 of an unknown resource, with the nearest names."""
        kind, _, name = self.reader.to_id(iri).partition("/")
        kinds = [kind] if kind in KINDS else list(KINDS)
        words = re.sub(r"[-_/]+", " ", (name or kind)[:200])
        hits = await self.work(lambda: self.pages.search(words, kinds, limit=5))
        fault = Fault(404, f"no resource {_cut(self.reader.to_id(iri))!r} in this graph")
        fault.nearest = [self._hit(hit) for hit in hits]
        return fault

    async def ontology(self, request: Request) -> Response:
        """What the terms' IRIs lead to: the page, or the ontology as data."""
        format = _page_format(request)
        if format != "html":
            body = await self.once(f"ontology {format}", lambda: read_ontology(format))
            return _rdf(body, format)
        return RedirectResponse(self.site.path("ontology/"), 303, headers={"Vary": "Accept"})

    async def ontology_page(self, request: Request) -> Response:
        """The ontology's page; its own inline style is allowed by its hash."""
        page, policy = await self.once("ontology page", self._ontology_page)
        return HTMLResponse(page, headers={"Content-Security-Policy": policy})

    def _ontology_page(self) -> tuple[str, str]:
        page = render("ontology.html", self.site, **read_page())
        return page, page_policy(page, sheets=True)

    async def ontology_file(self, request: Request) -> Response:
        """A file that the ontology's page links to."""
        name = str(request.path_params["name"])
        path = find_file(name)
        if path is None:
            raise Fault(404, f"no file {_cut(name)!r} here; there are {', '.join(FILES)}")
        return FileResponse(path, media_type=f"{FILES[name]}; charset=utf-8")

    async def dataset(self, request: Request) -> Response:
        """The data set's page: counts, licence, build, downloads, endpoint, questions."""
        counts = await self.once("counts", self._counts)
        editor = await self.once("editor", lambda: editor_data(self.pages))
        here, void = self.absolute(request), self.site.path(".well-known/void")
        page = await self.work(
            lambda: render(
                "dataset.html",
                self.site,
                it={"url": void, "iri": f"{here}/.well-known/void#dataset"},
                title=read_title(self.site),
                counts=counts,
                build=read_build(self.site),
                downloads=find_downloads(self.site),
                endpoint=f"{here}/sparql",
                questions=[e for e in editor["examples"] if e["name"] in _QUESTIONS],
                others=len(editor["examples"]) - len(_QUESTIONS),
                formats=_FORMATS,
            )
        )
        return HTMLResponse(page, headers={"Link": _links(void)})

    async def dataset_file(self, request: Request) -> Response:
        """A file of the folder that its page offers; saved, never opened as a page of this site."""
        name, files = str(request.path_params["name"]), find_downloads(self.site)
        found = next((file for file in files if file.name == name), None)
        if found is None:
            there = ", ".join(file.name for file in files)
            raise Fault(404, f"no file {_cut(name)!r} to download; there are {there}")
        return FileResponse(found.path, media_type=found.media, filename=name)

    # --- pages -------------------------------------------------------------------

    async def home(self, request: Request) -> Response:
        """The first page: what this is, a search box, the explorer."""
        counts = await self.once("counts", self._counts)
        explorer = self.site.explorer.is_file()
        page = render("home.html", self.site, counts=counts, explorer=explorer)
        return HTMLResponse(page)

    def _counts(self) -> list[tuple[str, int]]:
        found = {
            row["what"]["value"].rsplit("#")[-1]: int(row["count"]["value"])
            for row in self.pages.rows(COUNTS)
            if row["kind"]["value"] == "class"
        }
        names = (
            ("Paper", "papers"), ("Method", "methods"), ("Dataset", "datasets"),
            ("Benchmark", "benchmarks"), ("Task", "tasks"), ("Metric", "metrics"),
            ("Link", "links"), ("Mention", "mentions"),
        )  # fmt: skip
        return [(plural, found.get(name, 0)) for name, plural in names]

    async def explorer(self, request: Request) -> Response:
        """The explorer as the build wrote it; its own inline code is allowed by its hashes."""
        if not self.site.explorer.is_file():
            raise Fault(404, "this folder has no graph.html; build it again to have the explorer")
        policy = await self.once("explorer", self._explorer_policy)
        return FileResponse(
            self.site.explorer,
            media_type="text/html; charset=utf-8",
            headers={"Content-Security-Policy": policy},
        )

    def _explorer_policy(self) -> str:
        return page_policy(self.site.explorer.read_text(encoding="utf-8", errors="replace"))

    async def editor(self, request: Request) -> Response:
        """The query editor."""
        data = await self.once("editor", lambda: editor_data(self.pages))
        places = {"base": self.site.base, "resources": self.site.path("id/")}
        config = to_script_data({**data, **places, "endpoint": self.site.path("sparql")})
        return HTMLResponse(render("query.html", self.site, config=config))

    async def search_page(self, request: Request) -> Response:
        """Search results for people."""
        found = await self._search(dict(query_pairs(request)))
        return HTMLResponse(render("search.html", self.site, **found, kinds=KINDS))

    # --- JSON --------------------------------------------------------------------

    async def api_search(self, request: Request) -> Response:
        """Search results for programs."""
        found = await self._search(dict(query_pairs(request)))
        found.pop("type")
        return JSONResponse(found)

    async def _search(self, fields: dict[str, str]) -> dict[str, Any]:
        text, kind = fields.get("q", "").strip()[:200], fields.get("type", "")
        if kind and kind not in KINDS:
            raise Fault(400, f"type={kind}: expected one of {', '.join(KINDS)}")
        limit = min(_number(fields, "limit", 20), 100)
        kinds = [kind] if kind else list(KINDS)
        hits = await self.work(lambda: self.pages.search(text, kinds, limit=limit)) if text else []
        results = [self._hit(hit) for hit in hits]
        return {"query": text, "type": kind, "count": len(results), "results": results}

    def _hit(self, hit: Any) -> dict[str, Any]:
        return {
            "id": self.reader.to_id(hit.iri),
            "iri": hit.iri,
            "url": self.site.local(hit.iri),
            "label": hit.label,
            "type": hit.kind.capitalize(),
            "papers": hit.papers,
            "matched": hit.matched,
        }

    async def api_node(self, request: Request) -> Response:
        """A resource for programs."""
        iri = self.to_iri(raw_path(request).split("/api/node/", 1)[-1])
        page = _number(dict(query_pairs(request)), "page", 1)
        node = await self.work(lambda: self.reader.node(iri, page=page))
        if node is None:
            return await self._moved(request, iri, "api/node/")
        node.pop("marked", None)
        return JSONResponse(node)

    async def api_description(self, request: Request) -> Response:
        """The API's OpenAPI description."""
        return JSONResponse(openapi(self.absolute(request)))

    # --- the rest ----------------------------------------------------------------

    def absolute(self, request: Request) -> str:
        """Return this server's URL as the client knows it, prefix included, no slash at the end."""
        host = request.headers.get("host", "localhost")
        forwarded = request.headers.get("x-forwarded-host", "").split(",")[0].strip()
        peer = request.client.host if request.client else ""
        trusted = peer in self.settings.trusted_proxies
        if trusted and forwarded and is_allowed(forwarded, self.settings.allow_hosts):
            host = forwarded
        return f"{request.url.scheme}://{host}{self.settings.prefix}"

    async def on_fault(self, request: Request, error: Exception) -> Response:
        """Say what is wrong in the form that the client reads."""
        fault = _as_fault(error)
        path = request.scope["path"]
        if path.startswith("/api/"):
            body = {"error": fault.message, "nearest": fault.nearest}
            return JSONResponse(body, status_code=fault.status, headers=fault.headers)
        if path != "/sparql" and choose(read_accept(request), PAGES) == "html":
            page = render("fault.html", self.site, fault=fault)
            return HTMLResponse(page, status_code=fault.status, headers=fault.headers)
        lines = [fault.message, *(f"  {hit['iri']}  {hit['label']}" for hit in fault.nearest)]
        return PlainTextResponse("\n".join(lines) + "\n", fault.status, headers=fault.headers)


_NO_PAGE = (
    "no page has this address; /id/ and a paper's or concept's id leads to its page, / to the first"
)


def _as_fault(error: Exception) -> Fault:
    if isinstance(error, Fault):
        return error
    if isinstance(error, HTTPException):
        nowhere = error.detail == HTTPStatus.NOT_FOUND.phrase
        fault = Fault(error.status_code, _NO_PAGE if nowhere else error.detail)
        fault.headers.update(error.headers or {})
        return fault
    return Fault(500, "something went wrong here; it is not your request's fault")


def _cut(text: str, most: int = 200) -> str:
    return text if len(text) <= most else f"{text[:most]}..."


def _options(settings: Settings, methods: list[str]) -> Response:
    headers = {"Allow": ", ".join(methods)}
    if settings.cors:
        headers["Access-Control-Allow-Methods"] = "GET, POST, OPTIONS"
        headers["Access-Control-Allow-Headers"] = "Accept, Content-Type"
    return Response(status_code=204, headers=headers)


def _is_browser(request: Request, accept: str) -> bool:
    """A person's browser, that is: a GET that would rather have a page than results."""
    ranges = [media for media, quality in to_ranges(accept) if quality >= 1]
    return request.method in ("GET", "HEAD") and "text/html" in ranges


def _page_format(request: Request, offers: dict[str, tuple[str, ...]] = PAGES) -> str:
    return agree(dict(query_pairs(request)).get("format", ""), read_accept(request), offers)


def _graph_format(accept: str) -> str:
    format = choose(accept, GRAPHS)
    if format is None and choose(accept, PAGES) != "html":
        raise Fault(406, f"Accept {accept!r}: expected {', '.join(v[0] for v in GRAPHS.values())}")
    return format or "turtle"


def _rdf(body: bytes, format: str) -> Response:
    media = GRAPH_FORMATS[format][1]
    return Response(body, headers={"Content-Type": media, "Vary": "Accept"})


def _links(url: str) -> str:
    """Return the Link header of a page whose data are at ``url``."""
    return ", ".join(
        f'<{url}?format={name}>; rel="alternate"; type="{media}"' for name, media in _FORMATS
    )


def _number(fields: dict[str, str], name: str, default: int) -> int:
    text = fields.get(name, str(default))
    if not (text.isascii() and text.isdecimal() and 0 < int(text[:9]) < 1_000_000):
        raise Fault(400, f"{name}={text}: expected a number from 1 on")
    return int(text)


_INLINE = re.compile(r"<(script|style)\b([^>]*)>(.*?)</\1\s*>", re.IGNORECASE | re.DOTALL)
_META = re.compile(
    r"<meta\b[^>]*http-equiv=[\"']?Content-Security-Policy[\"']?[^>]*content=\"([^\"]*)\"",
    re.IGNORECASE,
)


def page_policy(page: str, *, sheets: bool = False) -> str:
    """Return a policy for a self-contained page: its own inline parts by hash, nothing else.

    With ``sheets`` this site's style sheets are allowed, too.  A page that states
    a policy of its own keeps it; ``frame-ancestors``, which only a header can
    set, is added.
    """
    own = _META.search(page)
    if own:
        return html.unescape(own[1]).rstrip("; ") + "; frame-ancestors 'self'"
    hashes: dict[str, list[str]] = {"script": [], "style": []}
    for kind, _, content in _INLINE.findall(page):
        hashes[kind.lower()].append(to_hash(content))
    policy = CSP
    for kind, found in hashes.items():
        own_files = ["'self'"] if sheets and kind == "style" else []
        allowed = " ".join([*own_files, *found]) or "'none'"
        policy = policy.replace(f"{kind}-src 'self'", f"{kind}-src {allowed}")
    return policy


def build_app(server: Server) -> Starlette:
    """Return the ASGI application over ``server``."""
    base_path = urlsplit(server.site.base).path.rstrip("/")
    routes = [
        Route("/", server.home),
        Route("/explorer", server.explorer),
        Route("/query", server.editor),
        Route("/search", server.search_page),
        Route("/sparql", server.sparql, methods=_SPARQL_METHODS),
        Route("/.well-known/void", server.void),
        Route("/dataset", server.dataset),
        Route("/dataset/{name}", server.dataset_file),
        Route("/api/search", server.api_search),
        Route("/api/openapi.json", server.api_description),
        Route("/api/node/{id:path}", server.api_node),
        Route("/id/{id:path}", server.resource),
        Route("/ontology", server.ontology),
        Route("/ontology/", server.ontology_page),
        Route("/ontology/{name}", server.ontology_file),
        Route(urlsplit(KG).path, server.ontology),
        Mount("/static", StaticFiles(directory=STATIC)),
    ]
    if base_path and base_path != "/id" and not base_path.startswith(("/api", "/static")):
        routes.append(Route(base_path + "/{id:path}", server.resource))
    handlers: dict[Any, Any] = {
        Fault: server.on_fault,
        HTTPException: server.on_fault,
        Exception: server.on_fault,
    }
    middleware = [
        Middleware(Guard, settings=server.settings),
        Middleware(GZipMiddleware, minimum_size=2000, compresslevel=4),
    ]
    return Starlette(routes=routes, exception_handlers=handlers, middleware=middleware)


__all__ = ["Server", "build_app", "page_policy"]
