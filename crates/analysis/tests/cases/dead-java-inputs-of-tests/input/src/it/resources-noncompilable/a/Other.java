package a;

import java.util.Map;

class Other {
}
