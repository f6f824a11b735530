package a;

import java.util.ArrayList;

class Main {
}
