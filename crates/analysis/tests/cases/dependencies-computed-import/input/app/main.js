import api from '@scope/api';
import old from 'old';
old(api);
