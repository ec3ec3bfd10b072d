// A page of the front end has an address of its own; behind all of them is the one file there is.
// Files lie on the first level (/favicon.ico) or below /assets/.
function handler(event) {
  var request = event.request;
  if (!/^\/[^/]+\.[a-z0-9]+$/i.test(request.uri) && request.uri.indexOf('/assets/') !== 0) {
    request.uri = '/index.html';
  }
  return request;
}
