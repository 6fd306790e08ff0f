// The endpoint of the serverless page: requests to it go to a worker with Oxigraph inside.

const SECONDS = 60;

async function unpack(id) {
  const text = document.getElementById(id).textContent;
  const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).arrayBuffer();
}

function say(text) {
  document.getElementById("status").textContent = text;
}

// A worker is ended, not asked, when a query runs too long: it could not hear.
class Engine {
  constructor(config) {
    this.config = config;
    this.source = URL.createObjectURL(
      new Blob([document.getElementById("worker").textContent], { type: "text/javascript" }),
    );
    this.started = null;
  }

  start() {
    this.started ??= this.load();
    return this.started;
  }

  async load() {
    say("Loading the graph …");
    const [wasm, data, ontology] = await Promise.all(["wasm", "data", "ontology"].map(unpack));
    const began = performance.now();
    this.worker = new Worker(this.source);
    const { size } = await this.send({ wasm, data, ontology }, [wasm, data, ontology]);
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    say(`${size.toLocaleString("en")} triples, loaded in ${seconds} s. Everything stays on this page.`);
    document.documentElement.dataset.loaded = String(size);
  }

  send(message, transfer = []) {
    return new Promise((resolve, reject) => {
      this.worker.onmessage = ({ data }) => (data.error ? reject(new Error(data.error)) : resolve(data));
      this.worker.onerror = (event) => reject(new Error(event.message || "the worker failed"));
      this.worker.postMessage(message, transfer);
    });
  }

  stop() {
    this.worker?.terminate();
    this.started = null;
  }

  async ask(query, accept, signal) {
    await this.start();
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`stopped after ${SECONDS} seconds`)), SECONDS * 1000);
      signal?.addEventListener("abort", () => reject(new DOMException("Aborted", "AbortError")));
    });
    try {
      return await Promise.race([this.send({ query, accept, prefixes: this.config.prefixes }), late]);
    } catch (error) {
      if (error.name === "AbortError" || error.message.startsWith("stopped")) this.stop();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }
}

async function readRequest(request) {
  const url = new URL(request.url);
  const fields = request.method === "POST" ? new URLSearchParams(await request.text()) : url.searchParams;
  return { query: fields.get("query") ?? "", accept: request.headers.get("accept") ?? "" };
}

export function answerLocally(endpoint, config) {
  const engine = new Engine(config);
  let last = Promise.resolve();
  window.fetch = async (resource, options) => {
    const request = new Request(resource, options);
    if (!request.url.startsWith(endpoint)) throw new TypeError("this page asks nobody else");
    const { query, accept } = await readRequest(request);
    const turn = last.then(() => engine.ask(query, accept, request.signal));
    last = turn.catch(() => undefined);
    try {
      const { body, media } = await turn;
      return new Response(body, { headers: { "content-type": media } });
    } catch (error) {
      if (error.name === "AbortError") throw error;
      return new Response(error.message, { status: 400, headers: { "content-type": "text/plain" } });
    }
  };
  engine.start().catch((error) => say(`The graph could not be loaded: ${error.message}`));
}
