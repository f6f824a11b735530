package a;

public class SettingsForm {
    private void createUIComponents() {
        System.out.println(1);
    }

    private void gone() {
        System.out.println(2);
    }
}
