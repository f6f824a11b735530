function a() {
  return 1;
}
a();
//# sourceMappingURL=a.js.map
