const comment = "//# sourceMappingURL=" + name;
export default comment;
