// Loaded before each Node peer: whatever it serves is served on loopback only, and it ends when the bench does.
const { Server } = require('net');

const { listen } = Server.prototype;
Server.prototype.listen = function (port, ...rest) {
  return listen.call(this, { port, host: '127.0.0.1' }, rest.find((arg) => typeof arg === 'function'));
};
process.stdin.on('end', () => process.exit()).resume().unref();
