function Remove() {}

Remove.accessor = function (gltf, id) {
  gltf.accessors.splice(id, 1);
};

function gone() {
  return 1;
}

function removeByType(gltf, type) {
  Remove[type](gltf, 0);
}

export default removeByType;
