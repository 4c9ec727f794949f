// Node's own server as it comes, for differential_test: prints its port and answers whatever it accepts.
const server = require('http').createServer((asked, answer) => {
  asked.resume();
  asked.on('end', () => answer.end('ok\n'));
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
