// This is a generated file. Not intended for manual editing.
package a.psi;

public class CodeImpl {
    private void unusedOfGrammar() {
        System.out.println(3);
    }
}
