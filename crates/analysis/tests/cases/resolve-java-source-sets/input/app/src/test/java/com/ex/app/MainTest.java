package com.ex.app;

import com.ex.core.Store;

class MainTest { Store s; }
