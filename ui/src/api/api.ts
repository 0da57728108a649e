// The server's interface, typed by its own description (api/openapi.json → schema.d.ts).
import { createApi } from './client';
import type { components, paths } from './schema';

export const api = createApi<paths>();

export type Schemas = components['schemas'];
export type Schema<Name extends keyof Schemas> = Schemas[Name];
