#!/usr/bin/env node
// Nothing is imported before the version is known: an old Node could not even read what it would get.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(
    `gomodel-ts: Node ${process.versions.node} is too old; install Node 20.19 or newer (https://nodejs.org), then run this again.\n`,
  );
  process.exitCode = 1;
} else {
  import('../dist/cli/main.js')
    .then(({ main }) => main(process))
    .catch((error) => {
      process.stderr.write(`gomodel-ts: an internal error ended the program: ${error.stack}\n`);
      process.exitCode = 1;
    });
}
