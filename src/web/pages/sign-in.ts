import { html } from '../html.ts'
import { layout, type PageContext } from '../layout.ts'

export type SignInView = {
  /** Path to go on to. */
  readonly next: string
  /** Why the last attempt failed; null before the first. */
  readonly failure: string | null
}

/** Where people show their access token, once. */
export function signInPage(context: PageContext, { next, failure }: SignInView): string {
  const refused =
    failure === null ? null : html`<p class="failure" role="alert" id="failure">${failure}</p>`
  return layout(context, {
    title: 'Sign in',
    description: 'Hangar asks for an access token.',
    section: null,
    body: html`<section class="panel sign-in">
<h1>Sign in</h1>
${refused}
<form method="post" action="/sign-in">
<input type="hidden" name="next" value="${next}">
<label for="token">Access token</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus spellcheck="false" placeholder="hgr_…">
<p class="buttons"><button class="main">Sign in</button></p>
</form>
<p class="quiet">An admin makes tokens, on the machine of the service by
<code>npx hangar token create NAME --role viewer</code>.</p>
</section>`,
  })
}
