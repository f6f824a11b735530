export function cluster(nodes) {
  const size = nodes.length; /* eslint-disable no-console, no-unused-vars -- for debugging */
  const printMatrix = (matrix) => {
    const log = () => console.log(matrix);
    log();
  };
  /* eslint-enable no-console, no-unused-vars */
  const gone = () => size;
  return size;
}
