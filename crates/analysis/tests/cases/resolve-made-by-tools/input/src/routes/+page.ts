import type { PageLoad } from './$types';
import type { Route } from './+types/page';
import { browser } from '$app/environment';
import { SECRET } from '$env/static/private';
import { build } from '$service-worker';
import { getCollection } from 'astro:content';
import register from 'virtual:pwa-register';
import Icon from '~icons/mdi/home';
import { useState } from '#imports';
import { client } from '../generated/client';
import { routeTree } from '../routeTree.gen';
import { posts } from '../../.velite';
import { mount } from 'svelte';
import { gone } from './missing';
import { here } from '../here';

export const load: PageLoad = () =>
  [browser, SECRET, build, getCollection, register, Icon, useState, client, routeTree, posts, mount, gone, here] as Route;
