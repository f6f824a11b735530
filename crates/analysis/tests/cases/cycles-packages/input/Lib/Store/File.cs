using Lib;

namespace Lib.Store { public class File { Group g; } }
