package com.ex.core;

public class Store {
  public static class Entry {}
}
