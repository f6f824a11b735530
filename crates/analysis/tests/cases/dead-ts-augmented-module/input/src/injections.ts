import Vue from 'vue';
import { gone } from './gone';

declare module 'vue/types/vue' {
  interface Vue {
    $modal: () => void;
  }
}
