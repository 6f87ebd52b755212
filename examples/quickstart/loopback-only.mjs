// Preloaded into the sample HTTP server, which would listen on every network interface: it listens on loopback only, tells its parent
// on which port, and ends when its parent is gone, however that ended.
import { Server } from 'node:net';

const listen = Server.prototype.listen;

Server.prototype.listen = function listenOnLoopback(port, ...rest) {
  this.once('listening', () => process.send?.({ port: this.address().port }));
  const done = rest.findLast((argument) => typeof argument === 'function');
  return listen.call(this, { port: Number(port), host: '127.0.0.1' }, done);
};

process.once('disconnect', () => process.exit(0));
