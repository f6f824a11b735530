(() => {
function _typeof(o) { "@babel/helpers - typeof"; return typeof o; }
window.tool = _typeof;
})();
