package com.ex.app;

import com.ex.core.Store;
import static com.ex.core.TextKt.up;
import com.ex.core.Store.Entry;
import java.util.List;

public class Main {
  Store s; Entry e; List<String> l;
  String x() { return up("a"); }
}
