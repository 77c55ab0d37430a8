export { aws } from './aws/index.ts';
export { azurekv } from './azurekv/index.ts';
export { fake } from './fake/index.ts';
export { gcpsm } from './gcpsm/index.ts';
export { kubernetes } from './kubernetes/index.ts';
export { onepassword } from './onepassword/index.ts';
export { onepasswordSdk } from './onepasswordsdk/index.ts';
export { vault } from './vault/index.ts';
