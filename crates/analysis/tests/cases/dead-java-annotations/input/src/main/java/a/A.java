package a;

import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import static java.lang.Math.max;

/** See {@link Map}. */
public class A {
  @PostConstruct private void init() {}
  @SuppressWarnings("unused") private void kept() {}
  private Object readResolve() { return this; }
  private void writeObject(java.io.ObjectOutputStream o) {}
  private static native int open0(String s);
  private String ref() { return ""; }
  public Supplier<String> s() { return this::ref; }
  private void dead() {}
  int m() { return max(1, 2); }
}
