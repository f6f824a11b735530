import y from 'y';
