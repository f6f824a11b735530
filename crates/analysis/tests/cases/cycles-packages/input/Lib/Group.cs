using Lib.Store;

namespace Lib { public class Group { File f; } }
