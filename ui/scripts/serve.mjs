// Shows a build of this interface in front of a node that runs already: pages from the folder, everything else from the node, under the
// headers the node itself sends. For looking at a change, or running the journeys on it, without building the program anew.
//   node scripts/serve.mjs http://127.0.0.1:8080 [folder of the build] [port]
import { readFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { extname, join, normalize, resolve } from 'node:path';

const node = new URL(process.argv[2] ?? 'http://127.0.0.1:8080');
const build = resolve(process.argv[3] ?? 'dist');
const port = Number(process.argv[4] ?? 18474);
const types = { '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.html': 'text/html; charset=utf-8' };
const fromNode = /^\/(?:api|healthz|metrics)(?:\/|$)/;

const { headers } = await fetch(new URL('/', node));
const kept = ['content-security-policy', 'referrer-policy', 'x-content-type-options', 'cross-origin-opener-policy', 'permissions-policy'];

const server = createServer((incoming, outgoing) => {
  const path = new URL(incoming.url ?? '/', 'http://localhost').pathname;
  if (fromNode.test(path)) {
    const passed = request(
      { host: node.hostname, port: node.port, path: incoming.url, method: incoming.method, headers: incoming.headers },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    passed.on('error', () => outgoing.writeHead(502).end());
    incoming.pipe(passed);
    return;
  }
  for (const name of kept) if (headers.has(name)) outgoing.setHeader(name, headers.get(name) ?? '');
  const asset = extname(path) ? normalize(path) : '/index.html';
  try {
    const body = readFileSync(join(build, asset));
    outgoing.writeHead(200, { 'Content-Type': types[extname(asset)] ?? 'application/octet-stream', 'Cache-Control': 'no-store' }).end(body);
  } catch {
    outgoing.writeHead(404).end();
  }
});
server.listen(port, '127.0.0.1', () => process.stdout.write(`http://localhost:${port} shows ${build} before ${node.href}\n`));
