import Button from '@ui/Button';
import api from 'services/api';
import _ from 'lodash';
export default [Button, api, _];
