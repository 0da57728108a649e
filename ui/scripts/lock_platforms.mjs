// Completes package-lock.json with the optional packages of other platforms. A registry mirror may lack them; npm then leaves them out of the
// lock and `npm ci` refuses it as out of step. Version, system and processor follow from the parent's list and the package's name.
//   npm install && node scripts/lock_platforms.mjs
import { readFileSync, writeFileSync } from 'node:fs';

const path = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(path, 'utf8'));
const systems = ['android', 'darwin', 'linux', 'win32', 'freebsd'];
const processors = { arm64: 'arm64', x64: 'x64', arm: 'arm', wasm32: 'wasm32' };

function entry(name, version, dev) {
  const words = name.split('/').at(-1).split('-');
  const system = words.find((word) => systems.includes(word));
  const processor = words.map((word) => processors[word]).find(Boolean);
  return {
    version,
    ...(processor ? { cpu: [processor] } : {}),
    ...(dev ? { dev: true } : {}),
    ...(words.includes('musl') ? { libc: ['musl'] } : {}),
    optional: true,
    ...(system ? { os: [system] } : {}),
  };
}

let added = 0;
for (const [where, parent] of Object.entries(lock.packages)) {
  for (const [name, range] of Object.entries(parent.optionalDependencies ?? {})) {
    const known = lock.packages[`${where}/node_modules/${name}`] ?? lock.packages[`node_modules/${name}`];
    // Only exact versions can be filled in without asking a registry.
    if (known || !/^\d+\.\d+\.\d+$/.test(range)) continue;
    lock.packages[`node_modules/${name}`] = entry(name, range, parent.dev);
    added += 1;
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
process.stdout.write(`${added} packages of other platforms added\n`);
