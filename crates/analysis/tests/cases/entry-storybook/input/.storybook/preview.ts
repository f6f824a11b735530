import '../src/theme';
