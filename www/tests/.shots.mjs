import { serve } from "./serving.mjs";
import { launch, open, press, receipt, change } from "./browsing.mjs";
const server = await serve({tier:"pro"}); const c = await launch();
const shot = (page, n, o={}) => page.screenshot({path:`/tmp/s-${n}.png`, ...o});
const O=(h,o)=>open(c.browser, `${server.origin}/${h}`, {locale:"en-US",...o});
const K=`#key=${server.key}&`;
{ const {page,close}=await O("",{width:320,height:640}); await shot(page,"m-first");
  await press(page,"#add-to-plan"); await shot(page,"m-added");
  console.log(await page.evaluate(()=>[".top",".tabs",".run-panel",".account",".form-panel",".notice"].map(s=>{const e=document.querySelector(s);const b=e?.getBoundingClientRect();return [s,b&&[b.x,b.y,b.width,b.height].map(Math.round)]})));
  await close();}
{ const {page,close}=await O("#form=create;variations:10;quantity:2",{width:320,height:640,dark:true,before:()=>Object.defineProperty(navigator,"languages",{value:["de-DE"]})}); await shot(page,"m-short-de"); await close();}
{ const {page,close}=await O(K+"form=create",{width:320,height:640}); const before=await page.$eval("#run-form",e=>JSON.stringify(e.getBoundingClientRect())); await press(page,"#run-form"); await receipt(page); console.log(before, await page.$eval("#run-form",e=>JSON.stringify(e.getBoundingClientRect())));await shot(page,"m-receipt"); await close();}
{ const {page,close}=await O(K+"form=create;variations:3&plan=create,edit;edit=general",{}); await press(page,"#run-form"); await receipt(page); await press(page,"#add-to-plan"); await shot(page,"w-receipt"); await press(page,"#run-plan"); await page.waitForFunction(()=>document.querySelector(".plan .notice [data-charge]")); await shot(page,"w-plan-receipt",{fullPage:true}); await close();}
{ const {page,close}=await O("#view=plan&plan=create,edit;edit=general,create;quality=premium",{dark:true}); await press(page,'[data-item="1"] .remove'); await shot(page,"w-planview-removed"); await close();}
{ const {page,close}=await O("#view=plan&plan=create,edit;edit=general",{width:320,height:640}); await press(page,'[data-item="1"] .remove'); await shot(page,"m-planview"); await close();}
{ const {page,close}=await O(K+"view=activity",{}); await page.waitForSelector(".activity-entries .entry small"); await shot(page,"w-activity",{fullPage:true}); await close();}
{ const {page,close}=await O(K+"view=activity",{width:320,height:640,dark:true}); await page.waitForSelector(".activity-entries .entry small"); await shot(page,"m-activity",{fullPage:true}); await close();}
await c.close(); await server.close();
